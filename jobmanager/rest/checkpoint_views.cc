#include <nlohmann/json.hpp>

#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/views.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;
using Checkpoint = CheckpointHistory::Checkpoint;
using Kind = CheckpointHistory::Kind;
using Task = CheckpointHistory::Task;

StatusOr<const JobSnapshot*> FindCheckpointedJob(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindJob(request));
  if (!job->checkpoint_dir.empty()) return job;
  return NotFoundError("Checkpointing was not enabled for job " + job->details.summary().job_id() +
                       ".");
}

StatusOr<const Checkpoint*> FindCheckpoint(const ViewRequest& request, const JobSnapshot& job) {
  ASSIGN_OR_RETURN(const int64_t id,
                   ParseNumber("path parameter (checkpointid)", request.path.Get("checkpointid")));
  const CheckpointHistory& history = job.checkpoints;
  for (const Checkpoint& checkpoint : history.newest()) {
    if (checkpoint.id.value() == id) return &checkpoint;
  }
  for (const auto* last :
       {&history.last_completed(), &history.last_savepoint(), &history.last_failed()}) {
    if (*last && (*last)->id.value() == id) return &**last;
  }
  return NotFoundError("Could not find checkpointing statistics for checkpoint " +
                       std::to_string(id) + ".");
}

Json StatisticsJson(const Statistics& numbers) {
  return {{"min", static_cast<int64_t>(numbers.min())},
          {"max", static_cast<int64_t>(numbers.max())},
          {"avg", static_cast<int64_t>(numbers.avg())},
          {"p50", NumberJson<Json>(numbers.Quantile(0.5))},
          {"p90", NumberJson<Json>(numbers.Quantile(0.9))},
          {"p95", NumberJson<Json>(numbers.Quantile(0.95))},
          {"p99", NumberJson<Json>(numbers.Quantile(0.99))},
          {"p999", NumberJson<Json>(numbers.Quantile(0.999))}};
}

template <class Items, class F>
Json StatisticsOver(const Items& items, F&& number_of) {
  std::vector<double> numbers;
  for (const auto& item : items) numbers.push_back(static_cast<double>(number_of(item)));
  return StatisticsJson(Statistics(std::move(numbers)));
}

// Nothing is persisted of what is in flight, and nobody counts what is processed meanwhile.
Json Zeros(size_t count) {
  return StatisticsOver(std::vector<int>(count, 0), [](int zero) { return zero; });
}

const char* StateName(Checkpoint::State state) {
  return state == Checkpoint::kCompleted ? "COMPLETED"
         : state == Checkpoint::kFailed  ? "FAILED"
                                         : "IN_PROGRESS";
}

// What all of some tasks have in common with one of them.
Json ShareOf(const Checkpoint& checkpoint, const Task* tasks, size_t count,
             const JobSnapshot& job) {
  int64_t state_bytes = 0, written_bytes = 0, acknowledged = 0;
  Timestamp last = kMinTimestamp;
  for (const Task* task = tasks; task != tasks + count; ++task) {
    state_bytes += task->stats.state_bytes;
    written_bytes += task->stats.written_bytes;
    if (task->acknowledged == kMinTimestamp) continue;
    ++acknowledged;
    last = std::max(last, task->acknowledged);
  }
  const bool any = acknowledged > 0;
  return {{"latest_ack_timestamp", any ? last + job.steady_to_wall : -1},
          {"checkpointed_size", written_bytes},
          {"state_size", state_bytes},
          {"end_to_end_duration", any ? last - checkpoint.triggered : -1},
          {"alignment_buffered", 0},
          {"processed_data", 0},
          {"persisted_data", 0},
          {"num_subtasks", count},
          {"num_acknowledged_subtasks", acknowledged}};
}

Json VertexShareOf(const Checkpoint& checkpoint, const Task* tasks, size_t count,
                   const JobSnapshot& job) {
  Json share = ShareOf(checkpoint, tasks, count, job);
  const bool complete = share["num_acknowledged_subtasks"] == count;
  const char* status = complete                                  ? "COMPLETED"
                       : checkpoint.state == Checkpoint::kFailed ? "FAILED"
                                                                 : "IN_PROGRESS";
  Json out = {{"id", checkpoint.id.value()}, {"status", status}};
  out.update(share);
  return out;
}

// By vertex: its tasks in the checkpoint.
template <class F>
void ForEachVertex(const JobSnapshot& job, const Checkpoint& checkpoint, F&& visit) {
  size_t first = 0;
  for (size_t v = 0; v < checkpoint.parallelism.size() && v < job.vertices.size(); ++v) {
    const auto count = static_cast<size_t>(checkpoint.parallelism[v]);
    visit(job.vertices[v], checkpoint.tasks.data() + first, count);
    first += count;
  }
}

std::string PathOf(const Checkpoint& checkpoint, const JobSnapshot& job) {
  if (!checkpoint.savepoints.empty()) return checkpoint.savepoints.front();
  return job.checkpoint_dir + "/chk-" + std::to_string(checkpoint.id.value());
}

bool IsDiscarded(const Checkpoint& checkpoint, const JobSnapshot& job) {
  if (!checkpoint.savepoints.empty()) return false;
  return std::find(job.retained.begin(), job.retained.end(), checkpoint.id) == job.retained.end();
}

Json CheckpointOf(const Checkpoint& checkpoint, const JobSnapshot& job, bool with_tasks) {
  static constexpr const char* kClasses[] = {"in_progress", "completed", "failed"};
  const bool savepoint = checkpoint.kind != Kind::kCheckpoint;
  Json out = {{"className", kClasses[checkpoint.state]},
              {"id", checkpoint.id.value()},
              {"status", StateName(checkpoint.state)},
              {"is_savepoint", savepoint},
              {"savepointFormat", savepoint ? Json("NATIVE") : Json()},
              {"trigger_timestamp", checkpoint.triggered + job.steady_to_wall}};
  out.update(ShareOf(checkpoint, checkpoint.tasks.data(), checkpoint.tasks.size(), job));
  out["checkpoint_type"] = checkpoint.kind == Kind::kStop ? "SYNC_SAVEPOINT"
                           : savepoint                    ? "SAVEPOINT"
                                                          : "CHECKPOINT";
  out["tasks"] = Json::object();
  if (with_tasks) {
    ForEachVertex(job, checkpoint, [&](const VertexSnapshot& vertex, const Task* tasks, size_t n) {
      out["tasks"][vertex.id] = VertexShareOf(checkpoint, tasks, n, job);
    });
  }
  if (checkpoint.state == Checkpoint::kCompleted) {
    out["external_path"] = PathOf(checkpoint, job);
    out["discarded"] = IsDiscarded(checkpoint, job);
  } else if (checkpoint.state == Checkpoint::kFailed) {
    out["failure_timestamp"] = checkpoint.ended + job.steady_to_wall;
    out["failure_message"] = checkpoint.failure;
  }
  return out;
}

Json CheckpointOrNull(const std::optional<Checkpoint>& checkpoint, const JobSnapshot& job) {
  return checkpoint ? CheckpointOf(*checkpoint, job, false) : Json();
}

Json RestoredOrNull(const JobSnapshot& job) {
  if (!job.restored) return {};
  return {{"id", job.restored->checkpoint},
          {"restore_timestamp", job.restored->at},
          {"is_savepoint", job.restored->savepoint},
          {"external_path", job.restored->path}};
}

Json SubtaskOf(const Checkpoint& checkpoint, const JobSnapshot& job, size_t index,
               const Task& task) {
  if (task.acknowledged == kMinTimestamp) {
    return {{"className", "pending"}, {"index", index}, {"status", "pending_or_failed"}};
  }
  const SnapshotStats& stats = task.stats;
  const int64_t duration = task.acknowledged - checkpoint.triggered;
  const int64_t sync_ms = stats.sync_us / 1000;
  return {{"className", "completed"},
          {"index", index},
          {"ack_timestamp", task.acknowledged + job.steady_to_wall},
          {"end_to_end_duration", duration},
          {"checkpointed_size", stats.written_bytes},
          {"state_size", stats.state_bytes},
          {"checkpoint", {{"sync", sync_ms}, {"async", stats.async_ms}}},
          {"alignment",
           {{"buffered", 0}, {"processed", 0}, {"persisted", 0}, {"duration", stats.alignment_ms}}},
          {"start_delay",
           std::max<int64_t>(0, duration - stats.alignment_ms - sync_ms - stats.async_ms)},
          {"unaligned_checkpoint", false},
          {"aborted", false},
          {"status", "completed"}};
}

Json SummaryOf(const Checkpoint& checkpoint, const Task* tasks, size_t count) {
  std::vector<Task> done;
  for (const Task* task = tasks; task != tasks + count; ++task) {
    if (task->acknowledged != kMinTimestamp) done.push_back(*task);
  }
  const auto duration = [&](const Task& task) { return task.acknowledged - checkpoint.triggered; };
  const auto over = [&](auto&& number_of) { return StatisticsOver(done, number_of); };
  return {{"checkpointed_size", over([](const Task& t) { return t.stats.written_bytes; })},
          {"state_size", over([](const Task& t) { return t.stats.state_bytes; })},
          {"end_to_end_duration", over(duration)},
          {"checkpoint_duration",
           {{"sync", over([](const Task& t) { return t.stats.sync_us / 1000; })},
            {"async", over([](const Task& t) { return t.stats.async_ms; })}}},
          {"alignment",
           {{"buffered", Zeros(done.size())},
            {"processed", Zeros(done.size())},
            {"persisted", Zeros(done.size())},
            {"duration", over([](const Task& t) { return t.stats.alignment_ms; })}}},
          {"start_delay", over([&](const Task& t) {
             return std::max<int64_t>(
                 0, duration(t) - t.stats.alignment_ms - t.stats.sync_us / 1000 - t.stats.async_ms);
           })}};
}

}  // namespace

StatusOr<std::string> CheckpointsView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindCheckpointedJob(request));
  const CheckpointHistory& history = job->checkpoints;
  using Numbers = CheckpointHistory::Numbers;
  const auto over = [&](int64_t Numbers::*field) {
    return StatisticsOver(history.numbers(), [&](const Numbers& one) { return one.*field; });
  };
  Json newest = Json::array();
  for (const Checkpoint& checkpoint : history.newest()) {
    newest.push_back(CheckpointOf(checkpoint, *job, false));
  }
  const Json zeros = Zeros(history.numbers().size());
  return Dump(Json{{"counts",
                    {{"restored", job->restored_count},
                     {"total", history.total()},
                     {"in_progress", history.total() - history.completed() - history.failed()},
                     {"completed", history.completed()},
                     {"failed", history.failed()}}},
                   {"summary",
                    {{"checkpointed_size", over(&Numbers::written_bytes)},
                     {"state_size", over(&Numbers::state_bytes)},
                     {"end_to_end_duration", over(&Numbers::duration_ms)},
                     {"alignment_buffered", zeros},
                     {"processed_data", zeros},
                     {"persisted_data", zeros}}},
                   {"latest",
                    {{"completed", CheckpointOrNull(history.last_completed(), *job)},
                     {"savepoint", CheckpointOrNull(history.last_savepoint(), *job)},
                     {"failed", CheckpointOrNull(history.last_failed(), *job)},
                     {"restored", RestoredOrNull(*job)}}},
                   {"history", std::move(newest)}});
}

StatusOr<std::string> CheckpointConfigView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindCheckpointedJob(request));
  const CheckpointConfig& config = job->options.checkpoints;
  const bool kept = config.retention != CheckpointRetention::kDeleteOnTermination;
  return Dump(Json{{"mode", "exactly_once"},
                   {"interval", config.interval.count()},
                   {"timeout", config.timeout.count()},
                   {"min_pause", config.min_pause.count()},
                   {"max_concurrent", 1},
                   {"externalization",
                    {{"enabled", kept},
                     {"delete_on_cancellation",
                      config.retention != CheckpointRetention::kRetainOnCancellation}}},
                   {"state_backend", "WeirStateBackend"},
                   {"checkpoint_storage", "FileSystemCheckpointStorage"},
                   {"unaligned_checkpoints", false},
                   {"tolerable_failed_checkpoints", config.tolerable_failures},
                   {"aligned_checkpoint_timeout", 0},
                   {"checkpoints_after_tasks_finish", true},
                   {"state_changelog_enabled", false},
                   {"changelog_periodic_materialization_interval", 0},
                   {"changelog_storage", "none"}});
}

StatusOr<std::string> CheckpointView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindCheckpointedJob(request));
  ASSIGN_OR_RETURN(const Checkpoint* checkpoint, FindCheckpoint(request, *job));
  return Dump(CheckpointOf(*checkpoint, *job, true));
}

StatusOr<std::string> CheckpointSubtasksView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const VertexOfJob of, FindVertex(request));
  RETURN_IF_ERROR(FindCheckpointedJob(request).status());
  ASSIGN_OR_RETURN(const Checkpoint* checkpoint, FindCheckpoint(request, *of.job));
  Json out;
  ForEachVertex(*of.job, *checkpoint,
                [&](const VertexSnapshot& vertex, const Task* tasks, size_t count) {
                  if (&vertex != of.vertex) return;
                  out = VertexShareOf(*checkpoint, tasks, count, *of.job);
                  out["summary"] = SummaryOf(*checkpoint, tasks, count);
                  out["subtasks"] = Json::array();
                  for (size_t i = 0; i < count; ++i) {
                    out["subtasks"].push_back(SubtaskOf(*checkpoint, *of.job, i, tasks[i]));
                  }
                });
  return Dump(out);
}

}  // namespace weir
