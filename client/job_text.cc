#include "client/job_text.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "client/table_printer.h"
#include "common/base/time.h"
#include "common/data/time_text.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string RunningFor(const rpc::JobSummary& job, int64_t now) {
  if (job.started_ms() == 0) return "";
  return DurationText((job.ended_ms() != 0 ? job.ended_ms() : now) - job.started_ms());
}

Json ToJson(const rpc::JobSummary& job) {
  Json out = {{"id", job.job_id()},
              {"name", job.name()},
              {"state", job.state()},
              {"started_ms", job.started_ms()},
              {"tasks_total", job.tasks_total()},
              {"tasks_running", job.tasks_running()},
              {"restarts", job.restarts()}};
  if (job.ended_ms() != 0) out["ended_ms"] = job.ended_ms();
  if (!job.reason().empty()) out["reason"] = job.reason();
  return out;
}

Json ToJson(const rpc::VertexDetails& vertex) {
  Json states = Json::object();
  for (const auto& [state, count] : vertex.states()) states[state] = count;
  Json counters = Json::object();
  for (const auto& [name, count] : vertex.counters()) counters[name] = count;
  Json out = {{"id", vertex.id()},
              {"name", vertex.name()},
              {"parallelism", vertex.parallelism()},
              {"states", states},
              {"records_in", vertex.records_in()},
              {"records_out", vertex.records_out()},
              {"state_bytes", vertex.state_bytes()},
              {"counters", counters}};
  if (vertex.source_lag() >= 0) out["source_lag"] = vertex.source_lag();
  for (const std::string& trouble : vertex.troubles()) out["troubles"].push_back(trouble);
  out["watermark_ms"] = vertex.watermark() == kMinTimestamp ? Json() : Json(vertex.watermark());
  return out;
}

Json ToJson(const rpc::CheckpointSummary& checkpoint) {
  Json out = {{"id", checkpoint.id()},
              {"state", checkpoint.state()},
              {"triggered_ms", checkpoint.triggered_ms()},
              {"state_bytes", checkpoint.state_bytes()},
              {"written_bytes", checkpoint.written_bytes()}};
  if (checkpoint.ended_ms() != 0) out["ended_ms"] = checkpoint.ended_ms();
  if (!checkpoint.path().empty()) out["path"] = checkpoint.path();
  if (!checkpoint.failure().empty()) out["failure"] = checkpoint.failure();
  if (checkpoint.savepoint()) out["savepoint"] = true;
  return out;
}

std::string StatesText(const rpc::VertexDetails& vertex) {
  std::string out;
  for (const auto& [state, count] : vertex.states()) {
    if (!out.empty()) out += ", ";
    out += fmt::format("{} {}", count, state);
  }
  return out;
}

std::string VerticesText(const rpc::JobDetails& job) {
  TextTable table(
      {{"operator"}, {"tasks"}, {"in", true}, {"out", true}, {"watermark"}, {"state", true}});
  for (const rpc::VertexDetails& vertex : job.vertices()) {
    table.Add({vertex.name(), StatesText(vertex), std::to_string(vertex.records_in()),
               std::to_string(vertex.records_out()), WatermarkText(vertex.watermark()),
               BytesText(vertex.state_bytes())});
  }
  std::ostringstream out;
  table.Finish(out);
  return out.str();
}

// A line for each operator that has counted something.
std::string CountersText(const rpc::JobDetails& job) {
  std::string out;
  for (const rpc::VertexDetails& vertex : job.vertices()) {
    std::string line;
    const auto add = [&](const std::string& name, int64_t count) {
      line += fmt::format("{}{} {}", line.empty() ? "" : ", ", name, count);
    };
    if (vertex.source_lag() >= 0) add("records waiting", vertex.source_lag());
    for (const auto& [name, count] :
         std::map<std::string, int64_t>(vertex.counters().begin(), vertex.counters().end())) {
      add(name, count);
    }
    if (!line.empty()) out += fmt::format("{}: {}\n", vertex.name(), line);
    for (const std::string& trouble : vertex.troubles()) {
      out += fmt::format("{}: {}\n", vertex.name(), trouble);
    }
  }
  return out;
}

std::string CheckpointsText(const rpc::JobDetails& job) {
  TextTable table({{"checkpoint", true}, {"state"}, {"begun"}, {"took"}, {"size", true}, {"path"}});
  for (const rpc::CheckpointSummary& one : job.checkpoints()) {
    std::string took = one.ended_ms() == 0 ? "" : DurationText(one.ended_ms() - one.triggered_ms());
    const std::string state =
        one.savepoint() && one.state() == "COMPLETED" ? "SAVEPOINT" : one.state();
    table.Add({std::to_string(one.id()), state, TimeText(one.triggered_ms()), took,
               BytesText(one.state_bytes()), one.failure().empty() ? one.path() : one.failure()});
  }
  std::ostringstream out;
  table.Finish(out);
  return out.str();
}

}  // namespace

bool IsOver(const std::string& state) {
  return state == "FINISHED" || state == "CANCELED" || state == "FAILED";
}

std::string TimeText(int64_t millis) {
  std::string out;
  AppendTimestamp(millis * kMicrosPerMilli, 0, ' ', out);
  return out + " UTC";
}

std::string DurationText(int64_t millis) {
  const int64_t seconds = millis / 1000;
  if (seconds < 1) return fmt::format("{} ms", std::max<int64_t>(millis, 0));
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 86'400) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} d {} h", seconds / 86'400, seconds / 3600 % 24);
}

std::string WatermarkText(int64_t watermark) {
  if (watermark == kMinTimestamp) return "none";
  if (watermark == kMaxTimestamp) return "end";
  return TimeText(watermark);
}

std::string CountText(int64_t n, const std::string& what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string BytesText(int64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double amount = static_cast<double>(bytes);
  for (const char* unit : {"kB", "MB", "GB"}) {
    amount /= 1000;
    if (amount < 999.95) return fmt::format("{:.1f} {}", amount, unit);
  }
  return fmt::format("{:.1f} TB", amount / 1000);
}

std::string JobListText(const rpc::ListJobsReply& reply, int64_t now) {
  if (reply.jobs().empty()) return "no jobs\n";
  TextTable table(
      {{"job"}, {"name"}, {"state"}, {"for"}, {"tasks", true}, {"restarts", true}, {"reason"}});
  for (const rpc::JobSummary& job : reply.jobs()) {
    table.Add({job.job_id(), job.name(), job.state(), RunningFor(job, now),
               fmt::format("{}/{}", job.tasks_running(), job.tasks_total()),
               std::to_string(job.restarts()), job.reason()});
  }
  std::ostringstream out;
  table.Finish(out);
  return out.str();
}

std::string JobText(const rpc::JobDetails& details, int64_t now) {
  const rpc::JobSummary& job = details.summary();
  std::string out = fmt::format("job       {}\nname      {}\nstate     {}\n", job.job_id(),
                                job.name(), job.state());
  if (!job.reason().empty()) out += fmt::format("reason    {}\n", job.reason());
  if (job.started_ms() != 0) out += fmt::format("started   {}\n", TimeText(job.started_ms()));
  if (job.ended_ms() != 0) out += fmt::format("ended     {}\n", TimeText(job.ended_ms()));
  out += fmt::format("for       {}\n", RunningFor(job, now));
  out += fmt::format("tasks     {} of {} running\n", job.tasks_running(), job.tasks_total());
  out += fmt::format("restarts  {}\n", job.restarts());
  if (!details.savepoint().empty()) out += fmt::format("savepoint {}\n", details.savepoint());
  if (!details.stop_failure().empty()) {
    out += fmt::format("the last stop was given up: {}\n", details.stop_failure());
  }
  if (!details.vertices().empty()) out += "\n" + VerticesText(details);
  if (const std::string counters = CountersText(details); !counters.empty()) {
    out += "\n" + counters;
  }
  if (!details.checkpoints().empty()) out += "\n" + CheckpointsText(details);
  if (!details.failures().empty()) out += "\nfailures, newest first:\n";
  for (const std::string& failure : details.failures()) out += "  " + failure + "\n";
  return out;
}

std::string TaskManagersText(const rpc::ClusterInfo& cluster) {
  if (cluster.task_managers().empty()) {
    return "no task managers: start one with `weir taskmanager`\n";
  }
  TextTable table({{"task manager", true},
                   {"address"},
                   {"slots", true},
                   {"free", true},
                   {"memory", true},
                   {"jobs", true},
                   {"state"}});
  for (const rpc::TaskManagerInfo& one : cluster.task_managers()) {
    table.Add({std::to_string(one.id()), one.data_address(), std::to_string(one.slots()),
               std::to_string(one.free_slots()), BytesText(one.resident_bytes()),
               std::to_string(one.job_ids_size()), one.draining() ? "DRAINING" : "RUNNING"});
  }
  std::ostringstream out;
  table.Finish(out);
  return out.str();
}

std::string TaskManagersJson(const rpc::ClusterInfo& cluster) {
  Json out = Json::array();
  for (const rpc::TaskManagerInfo& one : cluster.task_managers()) {
    Json jobs = Json::array();
    for (const std::string& id : one.job_ids()) jobs.push_back(id);
    out.push_back({{"id", one.id()},
                   {"address", one.data_address()},
                   {"pid", one.pid()},
                   {"slots", one.slots()},
                   {"free_slots", one.free_slots()},
                   {"resident_bytes", one.resident_bytes()},
                   {"last_heartbeat_ms", one.last_heartbeat_ms()},
                   {"draining", one.draining()},
                   {"jobs", jobs}});
  }
  return Dump(out);
}

std::string JobListJson(const rpc::ListJobsReply& reply) {
  Json out = Json::array();
  for (const rpc::JobSummary& job : reply.jobs()) out.push_back(ToJson(job));
  return Dump(out);
}

std::string JobJson(const rpc::JobDetails& job) {
  Json out = ToJson(job.summary());
  if (job.stopping()) out["stopping"] = true;
  if (!job.stop_failure().empty()) out["stop_failure"] = job.stop_failure();
  if (!job.savepoint().empty()) out["savepoint"] = job.savepoint();
  out["vertices"] = Json::array();
  for (const rpc::VertexDetails& vertex : job.vertices()) {
    out["vertices"].push_back(ToJson(vertex));
  }
  out["checkpoints"] = Json::array();
  for (const rpc::CheckpointSummary& checkpoint : job.checkpoints()) {
    out["checkpoints"].push_back(ToJson(checkpoint));
  }
  out["failures"] = Json::array();
  for (const std::string& failure : job.failures()) out["failures"].push_back(failure);
  return Dump(out);
}

}  // namespace weir
