#include "jobmanager/rest/metric_sets.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir {
namespace {

class Builder {
 public:
  Builder& Whole(std::string id, int64_t number) {
    set_.push_back({.id = std::move(id),
                    .number = static_cast<double>(number),
                    .text = std::to_string(number)});
    return *this;
  }
  Builder& Real(std::string id, double number) {
    set_.push_back({.id = std::move(id), .number = number, .whole = false});
    return *this;
  }
  Builder& Text(std::string id, std::string text) {
    set_.push_back({.id = std::move(id), .text = std::move(text)});
    return *this;
  }
  MetricSet Take() { return std::move(set_); }

 private:
  MetricSet set_;
};

// "Source: s[1]" is "Source__s[1]" within a name.
std::string ScopeOf(const std::string& operator_name) {
  std::string scope = operator_name.substr(0, operator_name.find('('));
  for (char& c : scope) {
    if (c == ':' || c == ' ' || c == '.') c = '_';
  }
  return scope;
}

void AddMemory(int64_t used, int64_t most, Builder* out) {
  for (const char* kind : {"Heap", "NonHeap"}) {
    const bool heap = std::string_view(kind) == "Heap";
    const std::string prefix = std::string("Status.JVM.Memory.") + kind + ".";
    out->Whole(prefix + "Used", heap ? used : 0)
        .Whole(prefix + "Committed", heap ? used : 0)
        .Whole(prefix + "Max", heap ? most : 0);
  }
  out->Whole("Status.JVM.Memory.Metaspace.Used", 0).Whole("Status.JVM.Memory.Metaspace.Max", 0);
  for (const char* kind : {"Direct", "Mapped"}) {
    const std::string prefix = std::string("Status.JVM.Memory.") + kind + ".";
    out->Whole(prefix + "Count", 0)
        .Whole(prefix + "MemoryUsed", 0)
        .Whole(prefix + "TotalCapacity", 0);
  }
  out->Whole("Status.JVM.GarbageCollector.All.Count", 0)
      .Whole("Status.JVM.GarbageCollector.All.Time", 0)
      .Real("Status.JVM.GarbageCollector.All.TimeMsPerSecond", 0);
}

}  // namespace

std::string Metric::Show() const {
  if (!text.empty()) return text;
  return whole ? fmt::format("{:.0f}", number) : fmt::format("{:.3f}", number);
}

MetricSet MetricsOf(const TaskRecord& task, const plan::Vertex& vertex) {
  const rpc::TaskMetrics& m = task.metrics;
  const TaskRates& r = task.rates;
  Builder out;
  const auto add_flow = [&](const std::string& prefix) {
    out.Whole(prefix + "numRecordsIn", m.records_in())
        .Whole(prefix + "numRecordsOut", m.records_out())
        .Real(prefix + "numRecordsInPerSecond", r.records_in)
        .Real(prefix + "numRecordsOutPerSecond", r.records_out)
        .Whole(prefix + "numBytesIn", m.bytes_in())
        .Whole(prefix + "numBytesOut", m.bytes_out())
        .Real(prefix + "numBytesInPerSecond", r.bytes_in)
        .Real(prefix + "numBytesOutPerSecond", r.bytes_out);
  };
  add_flow("");
  out.Real("busyTimeMsPerSecond", r.busy_ms)
      .Real("backPressuredTimeMsPerSecond", r.backpressured_ms)
      .Real("idleTimeMsPerSecond", r.idle_ms)
      .Whole("accumulateBusyTimeMs", m.busy_ms())
      .Whole("accumulateBackPressuredTimeMs", m.backpressured_ms())
      .Whole("accumulateIdleTimeMs", m.idle_ms())
      .Whole("currentInputWatermark", m.watermark())
      .Whole("stateBytes", m.state_bytes())
      .Whole("stateEntries", m.state_entries());
  for (const auto& [name, count] : m.counters()) out.Whole(name, count);
  const bool source = vertex.chain_size() > 0 && vertex.chain(0).has_source();
  if (source) {
    const std::string scope = ScopeOf("Source: " + vertex.chain(0).source().table().name());
    add_flow(scope + ".");
    if (m.source_lag() >= 0) out.Whole(scope + ".pendingRecords", m.source_lag());
  }
  return out.Take();
}

MetricSet MetricsOf(const JobSnapshot& job, Timestamp now) {
  const Timestamp running = job.entered[static_cast<size_t>(JobState::kRunning)];
  const bool runs = job.state == JobState::kRunning;
  const CheckpointHistory& history = job.checkpoints;
  Builder out;
  out.Whole("uptime", runs && running > 0 ? now - running : 0)
      .Whole("downtime", runs || running == 0 ? 0 : job.now - job.modified)
      .Whole("runningTime", runs && running > 0 ? now - running : 0)
      .Whole("numRestarts", job.details.summary().restarts())
      .Whole("fullRestarts", job.details.summary().restarts())
      .Whole("totalNumberOfCheckpoints", history.total())
      .Whole("numberOfCompletedCheckpoints", history.completed())
      .Whole("numberOfFailedCheckpoints", history.failed())
      .Whole("numberOfInProgressCheckpoints",
             history.total() - history.completed() - history.failed())
      .Whole("lastCheckpointRestoreTimestamp", job.restored ? job.restored->at : -1);
  const auto& last = history.last_completed();
  out.Whole("lastCompletedCheckpointId", last ? last->id.value() : -1)
      .Whole("lastCheckpointDuration", last ? last->ended - last->triggered : -1)
      .Whole("lastCheckpointSize", last ? last->sizes.written_bytes : -1)
      .Whole("lastCheckpointFullSize", last ? last->sizes.state_bytes : -1)
      .Whole("lastCheckpointCompletedTimestamp", last ? last->ended + job.steady_to_wall : -1)
      .Whole("lastCheckpointProcessedData", 0)
      .Whole("lastCheckpointPersistedData", 0)
      .Text("lastCheckpointExternalPath",
            last ? job.checkpoint_dir + "/chk-" + std::to_string(last->id.value()) : "n/a");
  return out.Take();
}

MetricSet MetricsOf(const TaskManagerSnapshot& task_manager) {
  Builder out;
  AddMemory(task_manager.heartbeat.resident_bytes(),
            task_manager.registration.physical_memory_bytes(), &out);
  out.Whole("Status.Flink.Memory.Managed.Used", task_manager.heartbeat.state_memory_bytes())
      .Whole("Status.Flink.Memory.Managed.Total", task_manager.registration.state_memory_bytes())
      .Whole("Status.Shuffle.Netty.UsedMemory", 0)
      .Whole("Status.Shuffle.Netty.AvailableMemory", 0)
      .Whole("Status.Shuffle.Netty.TotalMemory", 0)
      .Whole("Status.Shuffle.Netty.UsedMemorySegments", 0)
      .Whole("Status.Shuffle.Netty.AvailableMemorySegments", 0)
      .Whole("Status.Shuffle.Netty.TotalMemorySegments", 0)
      .Whole("Status.JVM.CPU.Time",
             static_cast<int64_t>(task_manager.heartbeat.cpu_seconds() * 1e9));
  return out.Take();
}

MetricSet MetricsOfJobManager(const ClusterSnapshot& cluster, const ProcessUsage& usage) {
  int64_t slots = 0, free_slots = 0;
  for (const auto& [id, task_manager] : cluster.task_managers) {
    slots += task_manager.info.slots();
    free_slots += task_manager.info.free_slots();
  }
  const auto running = std::count_if(cluster.jobs.begin(), cluster.jobs.end(), [](const auto& job) {
    return !IsGloballyTerminal(job.second->state);
  });
  Builder out;
  out.Whole("taskSlotsTotal", slots)
      .Whole("taskSlotsAvailable", free_slots)
      .Whole("numRegisteredTaskManagers", static_cast<int64_t>(cluster.task_managers.size()))
      .Whole("numRunningJobs", running)
      .Whole("Status.JVM.CPU.Time", static_cast<int64_t>(usage.cpu_seconds * 1e9));
  AddMemory(usage.resident_bytes, usage.resident_bytes + usage.free_memory_bytes, &out);
  return out.Take();
}

}  // namespace weir
