#include <charconv>
#include <nlohmann/json.hpp>

#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/views.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMegabyte = 1 << 20;

// A part of what the machine and the budget of the task manager have: `slots` of all.
Json ResourceOf(const TaskManagerSnapshot& task_manager, int32_t slots) {
  const rpc::Register& registration = task_manager.registration;
  const double part =
      registration.slots() > 0 ? static_cast<double>(slots) / registration.slots() : 0;
  const auto megabytes = [part](int64_t bytes) {
    return static_cast<int64_t>(part * static_cast<double>(bytes) / kMegabyte);
  };
  return {{"cpuCores", part * registration.cpu_cores()},
          {"taskHeapMemory", megabytes(registration.physical_memory_bytes())},
          {"taskOffHeapMemory", 0},
          {"managedMemory", megabytes(registration.state_memory_bytes())},
          {"networkMemory", 0},
          {"extendedResources", Json::object()}};
}

int DataPortOf(const std::string& address) {
  int port = -1;
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return port;
  std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
  return port;
}

Json ItemOf(const std::string& id, const TaskManagerSnapshot& task_manager) {
  const rpc::Register& registration = task_manager.registration;
  const int64_t memory = registration.physical_memory_bytes();
  const int64_t managed = registration.state_memory_bytes();
  return {{"id", id},
          {"path", registration.data_address()},
          {"dataPort", DataPortOf(registration.data_address())},
          {"jmxPort", -1},
          {"timeSinceLastHeartbeat", task_manager.last_heartbeat},
          {"slotsNumber", registration.slots()},
          {"freeSlots", task_manager.info.free_slots()},
          {"totalResource", ResourceOf(task_manager, registration.slots())},
          {"freeResource", ResourceOf(task_manager, task_manager.info.free_slots())},
          {"hardware",
           {{"cpuCores", registration.cpu_cores()},
            {"physicalMemory", memory},
            {"freeMemory", task_manager.heartbeat.free_memory_bytes()},
            {"managedMemory", managed}}},
          {"memoryConfiguration",
           {{"frameworkHeap", 0},
            {"taskHeap", memory},
            {"frameworkOffHeap", 0},
            {"taskOffHeap", 0},
            {"networkMemory", 0},
            {"managedMemory", managed},
            {"jvmMetaspace", 0},
            {"jvmOverhead", 0},
            {"totalFlinkMemory", memory},
            {"totalProcessMemory", memory}}}};
}

// Ours in the JVM's words: the heap is what the process holds of the machine's memory.
Json MetricsJson(const TaskManagerSnapshot& task_manager) {
  const int64_t used = task_manager.heartbeat.resident_bytes();
  Json out = {{"heapUsed", used},
              {"heapCommitted", used},
              {"heapMax", task_manager.registration.physical_memory_bytes()}};
  for (const char* nothing :
       {"nonHeapUsed", "nonHeapCommitted", "nonHeapMax", "directCount", "directUsed", "directMax",
        "mappedCount", "mappedUsed", "mappedMax", "nettyShuffleMemorySegmentsAvailable",
        "nettyShuffleMemorySegmentsUsed", "nettyShuffleMemorySegmentsTotal",
        "nettyShuffleMemoryAvailable", "nettyShuffleMemoryUsed", "nettyShuffleMemoryTotal"}) {
    out[nothing] = 0;
  }
  out["garbageCollectors"] = Json::array();
  return out;
}

}  // namespace

StatusOr<std::string> TaskManagersView(const ViewRequest& request) {
  Json all = Json::array();
  for (const auto& [id, task_manager] : request.cluster.task_managers) {
    all.push_back(ItemOf(id, task_manager));
  }
  return Dump(Json{{"taskmanagers", std::move(all)}});
}

StatusOr<std::string> TaskManagerView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const TaskManagerSnapshot* task_manager, FindTaskManager(request));
  Json out = ItemOf(request.path.Get("taskmanagerid"), *task_manager);
  out["allocatedSlots"] = Json::array();
  for (const auto& [job, slots] : task_manager->slots_by_job) {
    for (int32_t i = 0; i < slots; ++i) {
      out["allocatedSlots"].push_back({{"jobId", job}, {"resource", ResourceOf(*task_manager, 1)}});
    }
  }
  out["metrics"] = MetricsJson(*task_manager);
  return Dump(out);
}

}  // namespace weir
