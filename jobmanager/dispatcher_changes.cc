// What people ask for jobs and task managers that run.
#include "common/base/logging.h"
#include "common/config/uri_path.h"
#include "jobmanager/dispatcher.h"
#include "jobmanager/job_options.h"

namespace weir {
namespace {

constexpr Timestamp kMoveAgainMs = 1000;

}  // namespace

void Dispatcher::TakeSavepoint(rpc::SavepointRequest request,
                               std::function<void(rpc::SavepointReply)> done) {
  loop_->Post([this, request = std::move(request), done] {
    const Target target = FindTarget(request.job_id(), "a savepoint of it cannot be taken");
    const StatusOr<std::string> dir = SavepointDir(target, request.dir());
    rpc::SavepointReply reply;
    if (!dir.ok()) {
      *reply.mutable_error() = ToSqlError(dir.status());
      return done(std::move(reply));
    }
    reply.set_job_id(target.job->job().job_id());
    target.job->Request(
        [&](int64_t id) {
          return job_event::SavepointRequested{id, *dir};
        },
        [done, reply](Status status, const std::string& folder) mutable {
          if (!status.ok()) *reply.mutable_error() = ToSqlError(status.Annotate("no savepoint"));
          reply.set_path(folder);
          done(std::move(reply));
        });
  });
}

void Dispatcher::StopJob(rpc::StopRequest request, std::function<void(rpc::StopReply)> done) {
  loop_->Post([this, request = std::move(request), done] {
    const Target target = FindTarget(request.job_id(), "it cannot be stopped with a savepoint");
    const StatusOr<std::string> dir = SavepointDir(target, request.savepoint_dir());
    rpc::StopReply reply;
    if (!dir.ok()) {
      *reply.mutable_error() = ToSqlError(dir.status());
      return done(std::move(reply));
    }
    reply.set_job_id(target.job->job().job_id());
    target.job->Request(
        [&](int64_t id) {
          return job_event::StopRequested{id, {.savepoint_dir = *dir, .drain = request.drain()}};
        },
        [done, reply](Status status, const std::string&) mutable {
          if (!status.ok()) *reply.mutable_error() = ToSqlError(status);
          done(std::move(reply));
        });
  });
}

void Dispatcher::RescaleJob(rpc::RescaleRequest request,
                            std::function<void(rpc::RescaleReply)> done) {
  loop_->Post([this, request = std::move(request), done] {
    const Target target = FindTarget(request.job_id(), "it cannot be rescaled");
    Status refused = target.refused;
    if (refused.ok()) refused = WhyNotRescaled(*target.job, request.parallelism());
    rpc::RescaleReply reply;
    if (!refused.ok()) {
      *reply.mutable_error() = ToSqlError(refused);
      return done(std::move(reply));
    }
    const JobPlan& plan = target.job->master().plan();
    const JobPlan scaled = plan.WithParallelism(request.parallelism());
    reply.set_job_id(target.job->job().job_id());
    reply.set_from_parallelism(plan.HighestParallelism());
    reply.set_parallelism(scaled.HighestParallelism());
    target.job->Request(
        [&](int64_t id) {
          return job_event::RescaleRequested{id, request.parallelism()};
        },
        [done, reply](Status status, const std::string&) mutable {
          if (!status.ok()) *reply.mutable_error() = ToSqlError(status);
          done(std::move(reply));
        });
  });
}

void Dispatcher::TriggerCheckpoint(const std::string& job,
                                   std::function<void(StatusOr<int64_t>)> done) {
  loop_->Post([this, job, done] {
    const Target target = FindTarget(job, "a checkpoint of it cannot be taken");
    if (!target.refused.ok()) return done(target.refused);
    target.job->Request([](int64_t id) { return job_event::CheckpointRequested{id}; },
                        [done](Status status, const std::string& checkpoint) {
                          if (!status.ok()) return done(std::move(status));
                          done(std::stoll(checkpoint));
                        });
  });
}

void Dispatcher::DisposeSavepoint(const std::string& path, std::function<void(Status)> done) {
  copies_->Submit([this, path, done] {
    done(RemoveSavepoint(*environment_.file_system, path));
    return true;
  });
}

void Dispatcher::Validate(rpc::SubmitRequest request,
                          std::function<void(JobCompiler::Result)> done) {
  CHECK(compiler_ != nullptr) << "nobody compiles SQL here";
  SayDefaults(request);
  compiler_->Compile(std::move(request), std::move(done));
}

Dispatcher::Target Dispatcher::FindTarget(const std::string& text, const std::string& what) const {
  const Found found = Find(text);
  if (found.error) {
    return {.refused =
                Status(static_cast<StatusCode>(found.error->code()), found.error->message())};
  }
  const std::string job = "job " + found.job_id + ": " + what + ": ";
  const auto it = jobs_.find(found.job_id);
  if (it == jobs_.end()) return {.refused = FailedPreconditionError(job + "it is over")};
  if (it->second->job().checkpoint_dir().empty()) {
    return {.refused = FailedPreconditionError(
                job +
                "it takes no checkpoints. Set execution.checkpointing.interval in the script and "
                "submit it again (`weir cancel` ends this one)")};
  }
  return {.job = it->second.get()};
}

StatusOr<std::string> Dispatcher::SavepointDir(const Target& target,
                                               const std::string& asked) const {
  if (!target.refused.ok()) return target.refused;
  std::string dir = PathOfUri(asked);
  if (!dir.empty() && !dir.starts_with("/")) {
    return InvalidArgumentError("the savepoint folder " + dir +
                                " is not absolute: name a folder of the job manager's machine, "
                                "from / on");
  }
  if (dir.empty()) {
    const auto& config = target.job->job().graph().config();
    ASSIGN_OR_RETURN(const JobOptions options, ReadJobOptions({config.begin(), config.end()}));
    dir = options.savepoint_dir;
  }
  const std::string& checkpoints = target.job->job().checkpoint_dir();
  if (dir.empty()) dir = checkpoints.substr(0, checkpoints.rfind('/')) + "/savepoints";
  while (dir.size() > 1 && dir.back() == '/') dir.pop_back();
  return dir;
}

Status Dispatcher::WhyNotRescaled(const JobRuntime& job, int32_t parallelism) const {
  const std::string where = "job " + job.job().job_id() + " cannot be rescaled to parallelism " +
                            std::to_string(parallelism) + ": ";
  if (job.job().has_results()) {
    return FailedPreconditionError(where +
                                   "the rows that its client has read cannot be taken back");
  }
  const JobPlan& plan = job.master().plan();
  if (parallelism < 1 || parallelism > plan.max_parallelism) {
    return InvalidArgumentError(where + "it has " + std::to_string(plan.max_parallelism) +
                                " key groups, so choose a parallelism from 1 to " +
                                std::to_string(plan.max_parallelism));
  }
  if (!plan.Scales()) {
    return FailedPreconditionError(
        where +
        "the parallelism of each of its operators is fixed, by scan.parallelism or "
        "sink.parallelism or because one subtask has to see all rows: change the script and "
        "submit it with --from-savepoint");
  }
  const int32_t needed = plan.WithParallelism(parallelism).HighestParallelism();
  const int32_t there = resources_.CountFor(job.job().job_id());
  if (needed <= there) return OkStatus();
  return ResourceExhaustedError(
      where + "it needs " + std::to_string(needed) + " slots, " + std::to_string(there) +
      " are free or its own. It goes on as it is; start a task manager "
      "with " +
      std::to_string(needed - there) + " more (`weir taskmanager --slots " +
      std::to_string(needed - there) + "`), then try again");
}

void Dispatcher::DrainTaskManager(rpc::DrainRequest request,
                                  std::function<void(rpc::DrainReply)> done) {
  loop_->Post([this, request = std::move(request), done] {
    rpc::DrainReply reply;
    const StatusOr<TaskManagerId> id = FindTaskManager(request.task_manager());
    Status refused = id.status();
    if (refused.ok()) refused = WhyNotDrained(*id);
    if (!refused.ok()) {
      *reply.mutable_error() = ToSqlError(refused);
      return done(std::move(reply));
    }
    LOG(kInfo) << "task manager " << *id << " is drained";
    Tell({.text = "task manager " + std::to_string(id->value()) + " is drained",
          .task_manager = std::to_string(id->value())});
    resources_.Drain(*id);
    reply.set_task_manager_id(id->value());
    for (const std::string& job : resources_.JobsOn(*id)) reply.add_job_ids(job);
    done(std::move(reply));
    MoveJobsAway(*id, Now());
  });
}

StatusOr<TaskManagerId> Dispatcher::FindTaskManager(const std::string& text) const {
  std::string all;
  for (const auto& [id, task_manager] : task_managers_) {
    const std::string number = std::to_string(id.value());
    if (text == number || text == task_manager.registration.data_address()) return id;
    all += " " + number + " (" + task_manager.registration.data_address() + ")";
  }
  return NotFoundError("there is no task manager " + text +
                       (all.empty() ? ": none is registered" : "; registered are" + all));
}

Status Dispatcher::WhyNotDrained(TaskManagerId id) const {
  const std::string where = "task manager " + std::to_string(id.value()) + " cannot be drained: ";
  ResourceManager without = resources_;
  without.Drain(id);
  const std::set<std::string> here = resources_.JobsOn(id);
  for (const auto& [job_id, runtime] : jobs_) {
    const JobRuntime& job = *runtime;
    const int32_t needed = job.master().SlotsNeeded();
    const bool grows = needed > job.master().plan().HighestParallelism();
    if (!here.contains(job_id) && !grows) continue;
    const std::string name = "job " + job_id + " (" + job.job().name() + ") ";
    if (job.job().has_results() || job.job().checkpoint_dir().empty()) {
      return FailedPreconditionError(where + name +
                                     "takes no checkpoints and would begin anew elsewhere: let it "
                                     "end, or cancel it (`weir cancel " +
                                     job_id.substr(0, 8) + "`)");
    }
    const int32_t there = without.CountFor(job_id);
    if (needed > there) {
      return ResourceExhaustedError(
          where + name + "needs " + std::to_string(needed) + " slots, " + std::to_string(there) +
          " are free on the others: start another task manager first, or stop a job");
    }
    without.Request(job_id, needed);
  }
  return OkStatus();
}

// Again and again until none is left: a checkpoint before it may fail, the job may be busy.
void Dispatcher::MoveJobsAway(TaskManagerId id, Timestamp now) {
  task_managers_.at(id).move_at = now + kMoveAgainMs;
  for (const std::string& job_id : resources_.JobsOn(id)) {
    const auto it = jobs_.find(job_id);
    if (it == jobs_.end()) continue;
    // A job that runs is not given up for one that waits.
    if (it->second->master().SlotsNeeded() > resources_.CountFor(job_id)) continue;
    it->second->Handle(
        job_event::MoveRequested{"moving away from task manager " + std::to_string(id.value())});
  }
}

}  // namespace weir
