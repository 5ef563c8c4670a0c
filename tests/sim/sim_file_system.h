#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/fs/file_system.h"
#include "tests/sim/simulator.h"

namespace weir::sim {

inline constexpr std::string_view kNoSpace = "no space left on device";

// A disk that tears writes and forgets what was not synced.
//
// Bytes survive a loss of power as far as their file was synced, then up to a random length, and of
// those a part may be zeros. Names survive in the order in which they were made in their folder:
// SyncDir makes all durable that happened in it before, of the rest a random beginning survives.
// Folders survive, as LocalFileSystem::MakeDirs sees to.
class SimFileSystem : public FileSystem {
 public:
  explicit SimFileSystem(Simulator* simulator) : simulator_(*simulator) {}

  // ---- Faults
  // Each operation that changes something fails with this probability, having done nothing or (half
  // of them) everything.
  void SetErrorRate(double rate) { error_rate_ = rate; }
  // What takes room fails most of the time, having done a part of it.
  void SetFull(bool full) { full_ = full; }
  // So often work on it takes long.
  void SetHangs(double rate) { hangs_ = rate; }
  double hangs() const { return hangs_; }
  // The process that is at work dies at the `operations`-th change from now on: nothing of it or
  // later happens until TakeDeath.
  void DieAfter(int operations) { die_after_ = operations; }
  // Whether it has died; ends the spell either way.
  bool TakeDeath();
  void LosePower();

  // Told of every name that appears and goes, except by LosePower.
  std::function<void(const std::string& path)> on_named;
  std::function<void(const std::string& path)> on_removed;

  bool Exists(const std::string& path) const { return live_.contains(path); }
  std::vector<std::string> AllPaths() const;

  // ---- FileSystem
  StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) override;
  StatusOr<std::unique_ptr<ReadableFile>> Open(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  StatusOr<std::vector<std::string>> List(const std::string& dir) override;
  Status MakeDirs(const std::string& dir) override;
  Status SyncDir(const std::string& dir) override;

 private:
  friend class SimWritableFile;
  struct Data {
    std::string bytes;
    size_t synced = 0;
  };
  using DataPtr = std::shared_ptr<Data>;
  using Names = std::map<std::string, DataPtr>;
  using Change = std::function<void(Names&)>;

  // Before a change: an error to return without doing it; `after` is set where it is to be returned
  // after doing it.
  Status Fault(const std::string& what, bool* after, bool takes_room = false);
  void Apply(const std::string& path, Change change);
  void AddDirs(const std::string& dir);  // and those above it

  Simulator& simulator_;
  Names live_;
  Names durable_;
  std::map<std::string, std::vector<Change>> not_durable_;  // by folder, oldest first
  std::set<std::string> dirs_;
  double error_rate_ = 0;
  bool full_ = false;
  double hangs_ = 0;
  int die_after_ = -1;
  bool dead_ = false;
};

}  // namespace weir::sim
