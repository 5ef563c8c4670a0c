#include "jobmanager/control_codec.h"

#include "common/base/secrets.h"

namespace weir {
namespace {

template <class Message>
Message* Stamp(Message* message, AttemptId attempt, const JobHeader& job) {
  message->set_epoch(job.epoch.value());
  message->set_job_id(job.job_id);
  message->set_attempt(attempt.value());
  return message;
}

template <class Message>
void SetTask(TaskId task, Message* message) {
  message->set_vertex(task.vertex.value());
  message->set_subtask(task.subtask);
}

template <class Message>
TaskId TaskOf(const Message& message) {
  return {VertexId(static_cast<int32_t>(message.vertex())),
          static_cast<int32_t>(message.subtask())};
}

Outgoing One(TaskManagerId to, rpc::JobManagerMessage message) {
  Outgoing out;
  out.emplace_back(to, std::move(message));
  return out;
}

std::optional<SubtaskState> FromProto(rpc::TaskState state) {
  switch (state) {
    case rpc::DEPLOYING:
      return SubtaskState::kDeploying;
    case rpc::INITIALIZING:
      return SubtaskState::kInitializing;
    case rpc::RUNNING:
      return SubtaskState::kRunning;
    case rpc::FINISHED:
      return SubtaskState::kFinished;
    case rpc::CANCELED:
      return SubtaskState::kCanceled;
    case rpc::FAILED:
      return SubtaskState::kFailed;
    default:
      return std::nullopt;
  }
}

Discovery ToDiscovery(const rpc::SplitsDiscovered& message) {
  Discovery discovery{
      .placement = message.by_queue() ? SplitPlacement::kQueue : SplitPlacement::kByHash,
      .complete = message.final()};
  for (const rpc::Split& split : message.splits()) {
    discovery.splits.push_back(
        {.id = split.id(), .position = split.position(), .hash = split.hash()});
  }
  return discovery;
}

}  // namespace

rpc::Failure ToProto(const Status& status) {
  rpc::Failure failure;
  failure.set_code(static_cast<uint32_t>(status.code()));
  failure.set_message(status.message());
  return failure;
}

Status FromProto(const rpc::Failure& failure) {
  if (failure.code() == 0) return OkStatus();
  const bool known = failure.code() <= static_cast<uint32_t>(StatusCode::kUnauthenticated);
  return Status(known ? static_cast<StatusCode>(failure.code()) : StatusCode::kUnknown,
                failure.message());
}

rpc::SqlError ToSqlError(const Status& status) {
  rpc::SqlError error;
  error.set_code(static_cast<uint32_t>(status.code()));
  error.set_message(WithoutSecrets(status.message()));
  error.set_rendered(error.message());
  return error;
}

std::optional<JobReport> ToJobReport(const rpc::TaskManagerMessage& message) {
  const auto report = [](const auto& m, JobEvent event) {
    return JobReport{LeaderEpoch(m.epoch()), m.job_id(), std::move(event)};
  };
  switch (message.message_case()) {
    case rpc::TaskManagerMessage::kTaskState: {
      const auto& m = message.task_state();
      const std::optional<SubtaskState> state = FromProto(m.state());
      if (!state) return std::nullopt;
      return report(m, job_event::TaskStateChanged{AttemptId(m.attempt()), TaskOf(m), *state,
                                                   FromProto(m.failure())});
    }
    case rpc::TaskManagerMessage::kSnapshotDone: {
      const auto& m = message.snapshot_done();
      return report(m, job_event::SnapshotDone{AttemptId(m.attempt()),
                                               TaskOf(m.snapshot()),
                                               CheckpointId(m.checkpoint_id()),
                                               m.snapshot(),
                                               {m.state_bytes(), m.written_bytes(),
                                                m.alignment_ms(), m.sync_us(), m.async_ms()}});
    }
    case rpc::TaskManagerMessage::kSnapshotDeclined: {
      const auto& m = message.snapshot_declined();
      return report(
          m, job_event::SnapshotDeclined{AttemptId(m.attempt()), TaskOf(m),
                                         CheckpointId(m.checkpoint_id()), FromProto(m.failure())});
    }
    case rpc::TaskManagerMessage::kSplitsDiscovered: {
      const auto& m = message.splits_discovered();
      return report(m, job_event::SplitsDiscovered{AttemptId(m.attempt()),
                                                   VertexId(static_cast<int32_t>(m.vertex())),
                                                   ToDiscovery(m)});
    }
    case rpc::TaskManagerMessage::kCommitDone: {
      const auto& m = message.commit_done();
      return report(m, job_event::CommitDone{AttemptId(m.attempt()), TaskOf(m),
                                             CheckpointId(m.checkpoint_id()), m.uid(),
                                             FromProto(m.failure())});
    }
    case rpc::TaskManagerMessage::kSplitRequest: {
      const auto& m = message.split_request();
      return report(m, job_event::SplitRequested{AttemptId(m.attempt()), TaskOf(m)});
    }
    case rpc::TaskManagerMessage::kEndOfInput: {
      const auto& m = message.end_of_input();
      return report(m, job_event::EndOfInputReached{AttemptId(m.attempt()), TaskOf(m)});
    }
    default:
      return std::nullopt;
  }
}

Outgoing ToMessages(const job_action::Deploy& deploy, const JobHeader& job,
                    const std::function<std::string(TaskManagerId)>& data_address) {
  std::map<TaskManagerId, rpc::JobManagerMessage> by_manager;
  for (const auto& task : deploy.tasks) {
    rpc::DeployTasks* message = by_manager[task.slot.task_manager].mutable_deploy();
    auto* subtask = message->add_subtasks();
    SetTask(task.task, subtask);
    subtask->set_finished(task.restore.finished);
    for (const OperatorRestore& op : task.restore.operators) {
      auto* restore = subtask->add_restore();
      restore->set_uid(op.uid);
      for (const std::string& state : op.operator_states) restore->add_operator_states(state);
      for (const auto& handle : op.keyed) *restore->add_keyed() = handle;
    }
  }
  Outgoing out;
  for (auto& [task_manager, message] : by_manager) {
    rpc::DeployTasks* m = Stamp(message.mutable_deploy(), deploy.attempt, job);
    *m->mutable_graph() = *job.graph;
    m->set_checkpoint_dir(job.checkpoint_dir);
    m->set_restored_checkpoint(deploy.restored.value());
    m->set_lineage(job.lineage);
    for (const auto& task : deploy.tasks) {
      auto* location = m->add_locations();
      SetTask(task.task, location);
      location->set_data_address(data_address(task.slot.task_manager));
    }
    out.emplace_back(task_manager, std::move(message));
  }
  return out;
}

Outgoing ToMessages(const job_action::CancelTasks& action, const JobHeader& job) {
  rpc::JobManagerMessage message;
  Stamp(message.mutable_cancel(), action.attempt, job);
  return One(action.task_manager, std::move(message));
}

Outgoing ToMessages(const job_action::TriggerCheckpoint& action, const JobHeader& job,
                    Timestamp now) {
  rpc::JobManagerMessage message;
  auto* m = Stamp(message.mutable_trigger(), action.attempt, job);
  SetTask(action.task, m);
  m->set_checkpoint_id(action.checkpoint.value());
  m->set_timestamp_ms(now);
  m->set_full(action.full);
  m->set_stop(action.stop);
  m->set_drain(action.drain);
  return One(action.task_manager, std::move(message));
}

Outgoing ToMessages(const job_action::NotifyCheckpointCompleted& action, const JobHeader& job) {
  rpc::JobManagerMessage message;
  Stamp(message.mutable_completed(), action.attempt, job)
      ->set_checkpoint_id(action.checkpoint.value());
  return One(action.task_manager, std::move(message));
}

Outgoing ToMessages(const job_action::AbortCheckpoint& action, const JobHeader& job) {
  rpc::JobManagerMessage message;
  Stamp(message.mutable_abort(), action.attempt, job)->set_checkpoint_id(action.checkpoint.value());
  return One(action.task_manager, std::move(message));
}

Outgoing ToMessages(const job_action::Commit& action, const JobHeader& job) {
  rpc::JobManagerMessage message;
  auto* m = Stamp(message.mutable_commit(), action.attempt, job);
  SetTask(action.task, m);
  m->set_checkpoint_id(action.checkpoint.value());
  m->set_uid(action.uid);
  for (const auto& prepared : action.prepared) {
    m->mutable_committables()->MergeFrom(prepared.committables());
  }
  return One(action.task_manager, std::move(message));
}

Outgoing ToMessages(const job_action::FinishTask& action, const JobHeader& job) {
  rpc::JobManagerMessage message;
  SetTask(action.task, Stamp(message.mutable_finish(), action.attempt, job));
  return One(action.task_manager, std::move(message));
}

Outgoing ToMessages(const job_action::AssignSplits& action, const JobHeader& job) {
  rpc::JobManagerMessage message;
  auto* m = Stamp(message.mutable_assign_splits(), action.attempt, job);
  SetTask(action.task, m);
  for (const Split& split : action.splits) {
    auto* s = m->add_splits();
    s->set_id(split.id);
    s->set_position(split.position);
    s->set_hash(split.hash);
    s->set_discovered_later(split.discovered_later);
    s->set_watermark(split.watermark);
  }
  m->set_no_more(action.no_more);
  return One(action.task_manager, std::move(message));
}

}  // namespace weir
