#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "proto/checkpoint.pb.h"
#include "tests/sim/outside.h"
#include "tests/sim/sim_file_system.h"
#include "tests/sim/simulator.h"

namespace weir::sim {

// What must hold at every step of the checkpoints and savepoints on disk.
class CheckpointWatch {
 public:
  CheckpointWatch(Simulator* simulator, SimFileSystem* disk, const Ledger* ledger)
      : simulator_(*simulator), disk_(*disk), ledger_(*ledger) {}

  void OnNamed(const std::string& path);
  void OnRemoved(const std::string& path);
  // After a loss of power some manifests and files are gone; what is left must be whole, and the
  // newest that was known to exist must be there; so must every savepoint that was promised.
  void AfterPowerLoss();
  // Every commit of an earlier checkpoint comes first, and none without its checkpoint.
  void BeforeCommit(const EpochKey& epoch);
  // A user was told that the savepoint is there: from now on it is, whole.
  void Promise(const std::string& folder);
  void CheckPromises();
  // The files below `folder` that no checkpoint there names, yet or any more.
  std::set<std::string> Unnamed(const std::string& folder) const;

 private:
  struct Manifest {
    std::string job_id;
    CheckpointId id;
    CheckpointId before;  // the newest then
    bool savepoint = false;
    std::set<std::string> files;
  };
  struct Job {
    CheckpointId newest;
    // What is to be committed: by the checkpoint with which it was published first.
    std::map<int64_t, std::set<EpochKey>> published;
    std::map<EpochKey, int64_t> published_with;

    void Add(int64_t checkpoint, const EpochKey& epoch);
    void Drop(int64_t checkpoint);  // it never counted
  };

  // What the manifest in `root` names.
  static void Add(const checkpoint::CheckpointManifest& manifest, const std::string& root, Job* job,
                  Manifest* known);

  Simulator& simulator_;
  SimFileSystem& disk_;
  const Ledger& ledger_;
  std::map<std::string, Job> jobs_;
  std::map<std::string, Manifest> manifests_;
  std::set<std::string> promised_;
};

}  // namespace weir::sim
