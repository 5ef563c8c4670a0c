#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "jobmanager/dispatcher.h"
#include "tests/sim/checkpoint_watch.h"
#include "tests/sim/cluster.h"
#include "tests/sim/simulator.h"

namespace weir::sim {

// Submits the job and looks at it again and again; perhaps takes savepoints, rescales it while it
// runs, drains a task manager, and once ends the job and submits it anew from where it was: from a
// retained checkpoint after a cancel, or from the savepoint behind which it stopped.
class User {
 public:
  User(Simulator* simulator, Cluster* cluster, SimFileSystem* disk, CheckpointWatch* watch);

  void Start();
  // Nothing new is begun from here on but what has to come to its end.
  void CalmDown() { calm_ = true; }

  // For people: what it is going to do.
  const std::string& plan() const { return plan_; }
  // Of the newest job; "" while there is none.
  const std::string& job_state() const { return job_state_; }
  // What the job waits for, in its own words.
  const std::string& job_reason() const { return job_reason_; }
  // Everything that it had to do is done.
  bool settled() const;
  // What it was told is what is.
  void CheckAnswers() const;
  // Files of checkpoints that nobody needs (yet, or any more): of a job that has FINISHED, also by
  // a stop, all of them; of another those that no checkpoint names.
  std::set<std::string> Unneeded() const;

 private:
  enum class Resubmit { kNever, kCanceled, kStopped };

  std::map<std::string, std::string> Config();
  void Look();
  void OnJobs(const rpc::ListJobsReply& reply);
  void OnJob(const rpc::JobDetails& job);
  void CheckFailures(const rpc::JobDetails& job);
  void OnCluster(const rpc::ClusterInfo& cluster);
  void MaybeEnd(const rpc::JobDetails& job);
  void TakeSavepoint(const std::string& job_id);
  void Rescale(const std::string& job_id);
  void Resume(const std::string& from);
  void Submit();
  bool IsReplaced(const std::string& job_id) const { return job_id == replaced_; }

  Simulator& simulator_;
  Rng& rng_;
  Cluster& cluster_;
  SimFileSystem& disk_;
  CheckpointWatch& watch_;
  std::string plan_;
  int32_t parallelism_ = 1;
  int32_t source_parallelism_ = 1;
  int64_t interval_ms_ = 100;
  Resubmit resubmit_ = Resubmit::kNever;
  bool savepoints_ = false;
  bool rescales_ = false;
  bool drains_ = false;

  bool calm_ = false;
  std::map<std::string, bool> finished_;  // by job
  std::string job_state_;
  std::string job_reason_;
  std::string replaced_;   // the job that the next one goes on for
  std::string next_from_;  // the checkpoint that it starts from
  int64_t next_submission_us_ = 0;
  Dispatcher* submitted_to_ = nullptr;
  int64_t end_at_us_ = 0;
  int64_t stop_again_at_us_ = 0;
  bool draining_ = false;
  // Of the job `rescaled_`: what was last asked for, and whether that was answered with yes.
  std::string rescaled_;
  int32_t asked_parallelism_ = 0;
  int rescale_requests_ = 0;
  bool rescale_accepted_ = false;
  int32_t seen_parallelism_ = 0;
};

}  // namespace weir::sim
