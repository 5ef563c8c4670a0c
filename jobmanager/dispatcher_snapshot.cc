// What people may see of the cluster.
#include "common/base/process_output.h"
#include "jobmanager/dispatcher.h"

namespace weir {
namespace {

constexpr Timestamp kReadPatienceMs = 5000;

// Of a job that may be forgotten already: lines about it may still be there.
bool IsJobId(const std::string& text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

rpc::TaskManagerInfo Dispatcher::InfoOf(TaskManagerId id) const {
  const TaskManager& task_manager = task_managers_.at(id);
  rpc::TaskManagerInfo info;
  info.set_id(id.value());
  info.set_data_address(task_manager.registration.data_address());
  info.set_slots(task_manager.registration.slots());
  info.set_free_slots(resources_.CountFree(id));
  info.set_resident_bytes(task_manager.heartbeat.resident_bytes());
  info.set_cpu_seconds(task_manager.heartbeat.cpu_seconds());
  info.set_last_heartbeat_ms(task_manager.last_heard);
  info.set_pid(task_manager.registration.pid());
  info.set_draining(resources_.IsDraining(id));
  for (const std::string& job : resources_.JobsOn(id)) info.add_job_ids(job);
  return info;
}

TaskManagerSnapshot Dispatcher::SnapshotOf(TaskManagerId id) const {
  const TaskManager& task_manager = task_managers_.at(id);
  TaskManagerSnapshot snapshot;
  snapshot.info = InfoOf(id);
  snapshot.registration = task_manager.registration;
  snapshot.heartbeat = task_manager.heartbeat;
  snapshot.last_heartbeat = WallNow() - (Now() - task_manager.last_heard);
  snapshot.slots_by_job = resources_.SlotsByJob(id);
  snapshot.cpu_load = task_manager.cpu_load;
  return snapshot;
}

void Dispatcher::Snapshot(std::function<void(std::shared_ptr<const ClusterSnapshot>)> done) {
  loop_->Post([this, done] {
    auto snapshot = std::make_shared<ClusterSnapshot>();
    snapshot->now = WallNow();
    snapshot->epoch = epoch().value();
    snapshot->config = options_.default_config;
    snapshot->events = events_.newest_first();
    for (const auto& [id, task_manager] : task_managers_) {
      snapshot->task_managers[std::to_string(id.value())] = SnapshotOf(id);
    }
    for (const auto& job : ended_) snapshot->jobs[job->details.summary().job_id()] = job;
    for (const auto& [id, job] : jobs_) snapshot->jobs[id] = job->Snapshot();
    done(std::move(snapshot));
  });
}

void Dispatcher::ReadOutput(rpc::ReadOutputRequest request,
                            std::function<void(StatusOr<rpc::OutputText>)> done) {
  loop_->Post([this, request = std::move(request), done]() mutable {
    rpc::OutputQuery& query = *request.mutable_query();
    if (!query.job_id().empty() && !IsJobId(query.job_id())) {
      const Found found = Find(query.job_id());
      if (found.error) {
        return done(Status(static_cast<StatusCode>(found.error->code()), found.error->message()));
      }
      query.set_job_id(found.job_id);
    }
    if (request.process() == kJobManagerProcess) {
      return outputs_->Submit([query, done] {
        done(StatusOr<rpc::OutputText>(ReadOwnOutput<rpc::OutputText>(query)));
        return true;
      });
    }
    const StatusOr<TaskManagerId> id = FindTaskManager(request.process());
    if (!id.ok()) return done(id.status());
    const int64_t number = ++last_reading_;
    readings_[number] = {*id, Now() + kReadPatienceMs, done};
    rpc::JobManagerMessage message;
    message.mutable_read_output()->set_request(number);
    *message.mutable_read_output()->mutable_query() = std::move(query);
    Send(*id, std::move(message));
  });
}

void Dispatcher::OnOutput(rpc::OutputText output) {
  const auto it = readings_.find(output.request());
  if (it == readings_.end()) return;
  const auto done = std::move(it->second.done);
  readings_.erase(it);
  done(std::move(output));
}

void Dispatcher::GiveUpReading(Timestamp now, std::optional<TaskManagerId> lost) {
  for (auto it = readings_.begin(); it != readings_.end();) {
    if (it->second.give_up_at > now && it->second.task_manager != lost) {
      ++it;
      continue;
    }
    const auto done = std::move(it->second.done);
    it = readings_.erase(it);
    done(UnavailableError("the task manager does not answer"));
  }
}

}  // namespace weir
