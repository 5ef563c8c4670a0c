#include "tests/sim/user.h"

#include <algorithm>
#include <memory>
#include <sstream>
#include <utility>

#include "state/storage/checkpoint_storage.h"
#include "tests/sim/sim_operators.h"

namespace weir::sim {
namespace {

// A writer of the old job that nobody can reach ends itself within 30 s.
constexpr int64_t kBeforeResubmissionUs = 35 * kSecond;

}  // namespace

User::User(Simulator* simulator, Cluster* cluster, SimFileSystem* disk, CheckpointWatch* watch)
    : simulator_(*simulator),
      rng_(simulator->rng()),
      cluster_(*cluster),
      disk_(*disk),
      watch_(*watch) {
  parallelism_ = static_cast<int32_t>(rng_.Between(1, 3));
  source_parallelism_ = static_cast<int32_t>(rng_.Between(1, 3));
  interval_ms_ = rng_.Between(50, 500);
  if (rng_.Chance(0.4)) {
    resubmit_ = rng_.Chance(0.5) ? Resubmit::kCanceled : Resubmit::kStopped;
  }
  savepoints_ = rng_.Chance(0.5);
  rescales_ = rng_.Chance(0.5);
  drains_ = rng_.Chance(0.25);
  std::ostringstream plan;
  plan << "parallelism " << source_parallelism_ << "/" << parallelism_ << ", checkpoints every "
       << interval_ms_ << " ms"
       << (resubmit_ == Resubmit::kCanceled ? ", canceled and resumed" : "")
       << (resubmit_ == Resubmit::kStopped ? ", stopped and resumed" : "")
       << (savepoints_ ? ", savepoints" : "") << (rescales_ ? ", rescaled" : "")
       << (drains_ ? ", drained" : "");
  plan_ = plan.str();
}

std::map<std::string, std::string> User::Config() {
  return {{"execution.checkpointing.interval", std::to_string(interval_ms_) + " ms"},
          {"execution.checkpointing.timeout", "3 s"},
          {"execution.checkpointing.tolerable-failed-checkpoints", "3"},
          {"execution.checkpointing.num-retained", rng_.Chance(0.3) ? "2" : "1"},
          {"execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION"},
          {"restart-strategy.exponential-delay.initial-backoff", "100 ms"},
          {"restart-strategy.exponential-delay.max-backoff", "2 s"},
          {"execution.buffer-timeout.interval", "20 ms"},
          {"execution.batch-size", rng_.Chance(0.3) ? "1" : "64"}};
}

void User::Start() { Look(); }

void User::Look() {
  if (Dispatcher* asked = cluster_.dispatcher()) {
    // What a usurped one says late does not count.
    asked->ListJobs([this, asked](rpc::ListJobsReply reply) {
      if (asked == cluster_.dispatcher()) OnJobs(reply);
    });
    if (drains_) {
      asked->GetCluster([this, asked](rpc::ClusterInfo cluster) {
        if (asked == cluster_.dispatcher()) OnCluster(cluster);
      });
    }
  }
  simulator_.After(rng_.Between(50, 300) * kMs, [this] { Look(); });
}

void User::OnJobs(const rpc::ListJobsReply& reply) {
  const auto& jobs = reply.jobs();
  const auto newest = std::find_if(jobs.begin(), jobs.end(),
                                   [&](const auto& job) { return !IsReplaced(job.job_id()); });
  if (newest == jobs.end()) {
    // Once, unless the job manager that was asked has refused or died.
    if (simulator_.now_us() < next_submission_us_) return;
    if (submitted_to_ == cluster_.dispatcher()) return;
    return Submit();
  }
  if (newest->state() == "FAILED") simulator_.Violation("the job failed: " + newest->reason());
  rpc::GetJobRequest request;
  request.set_job_id(newest->job_id());
  Dispatcher* asked = cluster_.dispatcher();
  asked->GetJob(request, [this, asked](rpc::JobDetails job) {
    if (asked != cluster_.dispatcher() || job.error().code() != 0) return;
    if (!IsReplaced(job.summary().job_id())) OnJob(job);
  });
}

void User::OnJob(const rpc::JobDetails& job) {
  const std::string& id = job.summary().job_id();
  job_state_ = job.summary().state();
  job_reason_ = job.summary().reason();
  finished_[id] = job_state_ == "FINISHED";
  seen_parallelism_ = 0;
  // Until its tasks run it shows what it had before.
  if (id == rescaled_ && job.summary().tasks_running() == job.summary().tasks_total()) {
    seen_parallelism_ = job.graph().vertices(0).parallelism();
  }
  if (!job.savepoint().empty()) {
    watch_.Promise(job.savepoint());
    replaced_ = id;
    return Resume(job.savepoint());
  }
  CheckFailures(job);
  if (job_state_ == "FINISHED") return;
  if (resubmit_ != Resubmit::kNever && replaced_.empty()) MaybeEnd(job);
  if (calm_) return;
  if (savepoints_ && rng_.Chance(0.1)) TakeSavepoint(id);
  if (rescales_ && rng_.Chance(0.3)) Rescale(id);
}

// A full disk fails checkpoints. It fails the job only by too many of them, or where rows that a
// sink writes ahead find no room.
void User::CheckFailures(const rpc::JobDetails& job) {
  for (const std::string& failure : job.failures()) {
    const auto says = [&](std::string_view what) { return failure.find(what) != failure.npos; };
    if (says(kNoSpace) && !says("checkpoint ") && !says("write the rows ahead")) {
      simulator_.Violation("a full disk failed the job: " + failure);
    }
  }
}

// ---- Savepoints, rescaling, draining

void User::TakeSavepoint(const std::string& job_id) {
  rpc::SavepointRequest request;
  request.set_job_id(job_id);
  if (rng_.Chance(0.3)) request.set_dir("/theirs/savepoints");
  SIM_TRACE(simulator_) << "the user asks for a savepoint";
  Dispatcher* asked = cluster_.dispatcher();
  asked->TakeSavepoint(request, [this, asked](rpc::SavepointReply reply) {
    SIM_TRACE(simulator_) << "savepoint: " << reply.path() << reply.error().message();
    if (reply.error().code() == 0) watch_.Promise(reply.path());
    // Refused it may be, but not for a file that nobody but the job itself can have deleted. One
    // that was usurped may find that its successor has.
    if (asked == cluster_.dispatcher() &&
        reply.error().message().find("is missing") != std::string::npos) {
      simulator_.Violation("a savepoint lacks a file of its checkpoint");
    }
  });
}

void User::Rescale(const std::string& job_id) {
  rpc::RescaleRequest request;
  request.set_job_id(job_id);
  // Another one than it was last asked for.
  request.set_parallelism((asked_parallelism_ + static_cast<int32_t>(rng_.Below(2))) % 3 + 1);
  SIM_TRACE(simulator_) << "the user rescales the job to " << request.parallelism();
  rescaled_ = job_id;
  asked_parallelism_ = request.parallelism();
  rescale_accepted_ = false;
  const int number = ++rescale_requests_;
  cluster_.dispatcher()->RescaleJob(request, [this, number](rpc::RescaleReply reply) {
    SIM_TRACE(simulator_) << "rescale: " << reply.parallelism() << reply.error().message();
    if (number != rescale_requests_) return;
    rescale_accepted_ = reply.error().code() == 0;
    seen_parallelism_ = 0;  // what was seen before the answer does not count
  });
}

void User::CheckAnswers() const {
  if (job_state_ == "RUNNING" && rescale_accepted_ && seen_parallelism_ != asked_parallelism_) {
    simulator_.Violation("rescaled to " + std::to_string(asked_parallelism_) + ", but it runs at " +
                         std::to_string(seen_parallelism_));
  }
}

std::set<std::string> User::Unneeded() const {
  std::set<std::string> unneeded;
  for (const auto& [job, finished] : finished_) {
    const std::string folder = Cluster::CheckpointRoot() + "/" + job;
    unneeded.merge(watch_.Unnamed(folder));
    if (!finished) continue;
    for (const std::string& path : disk_.AllPaths()) {
      if (path.starts_with(folder + "/")) unneeded.insert(path);
    }
  }
  return unneeded;
}

void User::OnCluster(const rpc::ClusterInfo& cluster) {
  draining_ = false;
  for (const rpc::TaskManagerInfo& info : cluster.task_managers()) {
    if (!info.draining()) continue;
    draining_ = true;
    if (info.job_ids().empty()) {
      cluster_.KillTaskManagerAt(info.data_address(), rng_.Between(20, 1500) * kMs);
    }
  }
  if (draining_ || calm_ || cluster.task_managers().empty() || !rng_.Chance(0.05)) return;
  const auto& chosen =
      cluster.task_managers(static_cast<int>(rng_.Below(cluster.task_managers_size())));
  rpc::DrainRequest request;
  request.set_task_manager(chosen.data_address());
  SIM_TRACE(simulator_) << "the user drains " << chosen.data_address();
  cluster_.dispatcher()->DrainTaskManager(request, [this](rpc::DrainReply reply) {
    SIM_TRACE(simulator_) << "drain: " << reply.error().message();
  });
}

// ---- Another job in place of the first

void User::MaybeEnd(const rpc::JobDetails& job) {
  const std::string& id = job.summary().job_id();
  const int64_t now = simulator_.now_us();
  if (end_at_us_ == 0) end_at_us_ = now + rng_.Between(500, 5000) * kMs;
  if (now < end_at_us_) return;
  if (resubmit_ == Resubmit::kStopped) {
    // Again where it was refused or given up.
    if (job.stopping() || now < stop_again_at_us_) return;
    stop_again_at_us_ = now + 2 * kSecond;
    rpc::StopRequest request;
    request.set_job_id(id);
    SIM_TRACE(simulator_) << "the user stops the job";
    return cluster_.dispatcher()->StopJob(request, [this](rpc::StopReply reply) {
      SIM_TRACE(simulator_) << "stop: " << reply.error().message();
    });
  }
  const std::shared_ptr<FileSystem> disk(&disk_, [](FileSystem*) {});
  const CheckpointStorage storage(disk, cluster_.CheckpointRoot() + "/" + id);
  auto ids = storage.List();
  const bool any = ids.ok() && !ids->empty();
  if (job_state_ == "CANCELED") {
    if (!any) return simulator_.Violation("the canceled job has kept no checkpoint");
    replaced_ = id;
    return Resume(storage.job_dir() + "/chk-" + std::to_string(ids->front().value()));
  }
  if (!any) return;  // nothing to go on from yet
  rpc::GetJobRequest request;
  request.set_job_id(id);
  SIM_TRACE(simulator_) << "the user cancels the job";
  cluster_.dispatcher()->CancelJob(request, [](rpc::CancelReply) {});
}

void User::Resume(const std::string& from) {
  next_from_ = from;
  parallelism_ = static_cast<int32_t>(rng_.Between(1, 3));
  source_parallelism_ = static_cast<int32_t>(rng_.Between(1, 3));
  next_submission_us_ = simulator_.now_us() + kBeforeResubmissionUs;
  submitted_to_ = nullptr;
  job_state_ = "";
  rescale_accepted_ = false;
}

void User::Submit() {
  JobCompiler::Job job;
  job.graph = MakeGraph(source_parallelism_, parallelism_, Config());
  rpc::SubmitRequest request;
  request.set_from_savepoint(next_from_);
  SIM_TRACE(simulator_) << "the user submits the job" << (next_from_.empty() ? "" : " from ")
                        << next_from_;
  Dispatcher* asked = submitted_to_ = cluster_.dispatcher();
  asked->SubmitJob(std::move(job), request, [this, asked](rpc::SubmitReply reply) {
    if (reply.error().code() == 0) return;
    if (submitted_to_ == asked) submitted_to_ = nullptr;
    SIM_TRACE(simulator_) << "submission refused: " << reply.error().message();
  });
}

bool User::settled() const {
  const bool resubmitted =
      resubmit_ == Resubmit::kNever || !replaced_.empty() || job_state_ == "FINISHED";
  const bool rescaled = job_state_ != "RUNNING" || !rescale_accepted_ || seen_parallelism_ != 0;
  return resubmitted && rescaled && !draining_;
}

}  // namespace weir::sim
