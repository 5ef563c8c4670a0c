#include "jobmanager/job_snapshot.h"

#include <utility>

#include "state/xxh64.h"

namespace weir {
namespace {

void AppendHex(uint64_t value, std::string* out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out->push_back(kDigits[(value >> shift) & 15]);
}

SubtaskState LastStateOf(JobState job) {
  if (job == JobState::kFinished) return SubtaskState::kFinished;
  return job == JobState::kFailed ? SubtaskState::kFailed : SubtaskState::kCanceled;
}

}  // namespace

std::string VertexHexId(const plan::Vertex& vertex) {
  std::string identity = "vertex " + std::to_string(vertex.id());
  for (const plan::OperatorNode& node : vertex.chain()) {
    if (node.uid().empty()) continue;
    identity = "uid " + node.uid();
    break;
  }
  std::string out;
  AppendHex(Xxh64::Hash(identity, 0), &out);
  AppendHex(Xxh64::Hash(identity, 1), &out);
  return out;
}

std::shared_ptr<const JobSnapshot> SnapshotOfEnded(rpc::JobDetails details, JobState state,
                                                   const jobstore::StoredJob& job) {
  const plan::JobGraph& graph = job.graph();
  auto snapshot = std::make_shared<JobSnapshot>();
  snapshot->state = state;
  snapshot->now = snapshot->modified = details.summary().ended_ms();
  snapshot->entered[static_cast<size_t>(JobState::kInitializing)] = details.summary().started_ms();
  snapshot->entered[static_cast<size_t>(state)] = details.summary().ended_ms();
  snapshot->graph = std::make_shared<plan::JobGraph>(graph);
  snapshot->max_parallelism = graph.max_parallelism();
  snapshot->checkpoint_dir = job.checkpoint_dir();
  const StatusOr<JobOptions> options =
      ReadJobOptions({graph.config().begin(), graph.config().end()});
  if (options.ok()) snapshot->options = *options;
  for (const plan::Vertex& vertex : graph.vertices()) {
    VertexSnapshot& v = snapshot->vertices.emplace_back();
    v.id = VertexHexId(vertex);
    v.name = vertex.name();
    v.subtasks.resize(vertex.parallelism());
    for (TaskRecord& task : v.subtasks) task.state = LastStateOf(state);
  }
  if (state == JobState::kFailed) {
    snapshot->failures.push_back(
        {.at = details.summary().ended_ms(), .cause = UnknownError(details.summary().reason())});
  }
  snapshot->details = std::move(details);
  return snapshot;
}

}  // namespace weir
