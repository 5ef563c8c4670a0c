#include "client/logs_command.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <thread>
#include <utility>

#include "client/answer.h"
#include "client/cluster_client.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kLogPollInterval = std::chrono::milliseconds(300);
constexpr int64_t kMostText = 8 << 20;
constexpr char kJobManager[] = "jobmanager";

class OfCluster : public LogsSource {
 public:
  explicit OfCluster(ClusterClient& client) : client_(client) {}
  StatusOr<rpc::ReadOutputReply> Read(const rpc::ReadOutputRequest& request) override {
    return client_.ReadOutput(request);
  }
  StatusOr<rpc::ClusterInfo> Cluster() override { return client_.GetCluster(); }

 private:
  ClusterClient& client_;
};

// A line of a log begins with its time, of one width: `2026-11-30T08:30:00.123Z ...`, or
// `{"time":"2026-...`. The text of it, for putting lines of several processes in order.
std::string TimeOf(std::string_view line, bool json) {
  constexpr std::string_view kKey = "{\"time\":\"";
  if (json) line.remove_prefix(std::min(kKey.size(), line.size()));
  return std::string(line.substr(0, 24));
}

}  // namespace

LogsReader::LogsReader(LogsCommand command, LogsSource& source, std::ostream& out,
                       std::ostream& notes)
    : command_(std::move(command)), source_(source), out_(out), notes_(notes) {
  if (command_.process.empty() && !command_.job.empty()) return;  // all there are: FindProcesses
  processes_.push_back({command_.process.empty() ? kJobManager : command_.process});
}

Status LogsReader::FindProcesses() {
  if (!command_.process.empty() || command_.job.empty()) return OkStatus();
  ASSIGN_OR_RETURN(const rpc::ClusterInfo cluster, source_.Cluster());
  std::vector<Process> now;
  const auto add = [&](const std::string& name) {
    const auto known = std::find_if(processes_.begin(), processes_.end(),
                                    [&](const Process& one) { return one.name == name; });
    now.push_back(known != processes_.end() ? *known : Process{name});
  };
  add(kJobManager);
  for (const auto& one : cluster.task_managers()) add(one.data_address());
  processes_ = std::move(now);
  return OkStatus();
}

std::string LogsReader::Shown(const Process& process, std::string line) const {
  const auto dump = [](const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  if (command_.cluster.output == OutputFormat::kJson) {
    if (command_.standard_output) return dump({{"process", process.name}, {"line", line}});
    return "{\"process\":" + dump(process.name) + "," + line.substr(line.starts_with("{") ? 1 : 0);
  }
  const bool several = command_.process.empty() && !command_.job.empty();
  return several ? process.name + " | " + line : line;
}

Status LogsReader::Read(Process& process, std::vector<Line>& lines) {
  const bool json = command_.cluster.output == OutputFormat::kJson;
  rpc::ReadOutputRequest request;
  request.set_process(process.name);
  rpc::OutputQuery& query = *request.mutable_query();
  query.set_stream(command_.standard_output ? rpc::OutputQuery::STDOUT : rpc::OutputQuery::LOG);
  query.set_format(json ? rpc::OutputQuery::JSON : rpc::OutputQuery::PLAIN);
  query.set_max_bytes(kMostText);
  query.set_job_id(command_.job);
  query.set_after(process.after);
  if (first_ && command_.lines >= 0) query.set_max_lines(command_.lines);
  ASSIGN_OR_RETURN(rpc::ReadOutputReply reply, source_.Read(request));
  if (reply.error().code() != 0) return ToStatus(reply.error());
  const rpc::OutputText& output = reply.output();
  if (output.lost() > 0) {
    notes_ << "weir: " << output.lost() << " lines of " << process.name
           << " are missing here: it has logged more than it keeps between two looks" << std::endl;
  }
  process.after = output.next();
  std::string_view text = output.text();
  while (!text.empty()) {
    const size_t end = text.find('\n');
    process.rest += text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (end == text.npos && command_.follow) break;  // the line goes on with the next look
    std::string line = std::exchange(process.rest, "");
    std::string time = TimeOf(line, json);
    lines.push_back({std::move(time), Shown(process, std::move(line))});
  }
  return OkStatus();
}

Status LogsReader::Look() {
  RETURN_IF_ERROR(FindProcesses());
  std::vector<Line> lines;
  for (Process& process : processes_) {
    Status read = Read(process, lines);
    // One of many may have gone a moment ago.
    const bool gone = read.code() == StatusCode::kNotFound && processes_.size() > 1 &&
                      process.name != kJobManager;
    if (!read.ok() && !gone) return read;
  }
  if (processes_.size() > 1) {
    std::stable_sort(lines.begin(), lines.end(),
                     [](const Line& a, const Line& b) { return a.time < b.time; });
  }
  // The last ones of all.
  if (first_ && command_.lines >= 0) {
    const auto most = static_cast<size_t>(command_.lines);
    if (lines.size() > most) lines.erase(lines.begin(), lines.end() - static_cast<ptrdiff_t>(most));
  }
  for (const Line& line : lines) out_ << line.text << "\n";
  out_ << std::flush;
  first_ = false;
  return OkStatus();
}

int ShowLogs(const LogsCommand& command) {
  auto client = ClusterClient::Make(command.cluster.jobmanager);
  if (!client.ok()) return Fail(client.status());
  OfCluster source(**client);
  LogsReader reader(command, source, std::cout, std::cerr);
  bool seen = false;
  bool away = false;
  while (true) {
    const Status look = reader.Look();
    // Whoever follows wants to see what comes after a job manager was away.
    const bool waits = seen && look.code() == StatusCode::kUnavailable;
    if (!look.ok() && !waits) return Fail(look);
    if (waits && !std::exchange(away, true)) {
      std::cerr << "weir: " << look.message() << "\nweir: waiting for its return" << std::endl;
    }
    if (look.ok()) {
      if (!command.follow) return 0;
      seen = true;
      away = false;
    }
    std::this_thread::sleep_for(kLogPollInterval);
  }
}

}  // namespace weir
