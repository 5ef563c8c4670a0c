#include "client/top.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <sstream>
#include <thread>

#include "client/answer.h"
#include "client/cluster_client.h"
#include "client/job_text.h"
#include "client/screen.h"
#include "client/shell/terminal.h"
#include "client/table_printer.h"

namespace weir {
namespace {

constexpr Timestamp kRatesOver = 5000;

bool IsSource(const rpc::JobDetails& job, int vertex) {
  return vertex < job.graph().vertices_size() && job.graph().vertices(vertex).chain_size() > 0 &&
         job.graph().vertices(vertex).chain(0).has_source();
}

struct Totals {
  int64_t read = 0;
  int64_t lag = -1;
  int64_t state_bytes = 0;
};

Totals TotalsOf(const rpc::JobDetails& job) {
  Totals totals;
  for (int i = 0; i < job.vertices_size(); ++i) {
    const rpc::VertexDetails& vertex = job.vertices(i);
    if (IsSource(job, i)) totals.read += vertex.records_in();
    if (vertex.source_lag() >= 0)
      totals.lag = std::max<int64_t>(totals.lag, 0) + vertex.source_lag();
    totals.state_bytes += vertex.state_bytes();
  }
  return totals;
}

const rpc::JobDetails* Find(const TopSample& sample, const std::string& id) {
  for (const rpc::JobDetails& job : sample.jobs) {
    if (job.summary().job_id() == id) return &job;
  }
  return nullptr;
}

// "12.3k"; counters begin anew when a job does.
std::string RateText(int64_t before, int64_t now, Timestamp ms) {
  if (ms <= 0 || now < before) return "";
  const double rate = static_cast<double>(now - before) * 1000 / static_cast<double>(ms);
  if (rate < 1000) return fmt::format("{:.0f}", rate);
  return rate < 999'950 ? fmt::format("{:.1f}k", rate / 1000) : fmt::format("{:.1f}M", rate / 1e6);
}

std::string CheckpointText(const rpc::JobDetails& job, Timestamp wall) {
  for (const rpc::CheckpointSummary& one : job.checkpoints()) {
    if (one.state() != "COMPLETED" || one.savepoint()) continue;
    return fmt::format("{} ago, took {}", DurationText(wall - one.ended_ms()),
                       DurationText(one.ended_ms() - one.triggered_ms()));
  }
  return "none";
}

std::string Finished(TextTable& table) {
  std::ostringstream out;
  table.Finish(out);
  return out.str();
}

StatusOr<TopSample> Look(ClusterClient& client, const std::string& only) {
  TopSample sample;
  ASSIGN_OR_RETURN(sample.cluster, client.GetCluster());
  std::vector<std::string> ids;
  if (!only.empty()) {
    ids.push_back(only);
  } else {
    ASSIGN_OR_RETURN(const rpc::ListJobsReply list, client.ListJobs());
    for (const rpc::JobSummary& job : list.jobs()) {
      if (job.ended_ms() == 0) ids.push_back(job.job_id());
    }
  }
  for (const std::string& id : ids) {
    ASSIGN_OR_RETURN(rpc::JobDetails details, client.GetJob(id));
    if (details.error().code() == 0) {
      sample.jobs.push_back(std::move(details));
    } else if (!only.empty()) {
      return NotFoundError(details.error().message());
    }
  }
  sample.at = Clock::Real().SteadyNow();
  sample.wall = Clock::Real().WallNow();
  return sample;
}

// False: interrupted.
bool Sleep(std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) {
    if (TakeInterrupt()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace

void KeepForRates(std::deque<TopSample>& seen) {
  while (seen.size() > 2 && seen.back().at - seen[1].at >= kRatesOver) seen.pop_front();
}

std::string JobsTopText(const TopSample& before, const TopSample& now) {
  int slots = 0, free = 0;
  for (const rpc::TaskManagerInfo& one : now.cluster.task_managers()) {
    slots += one.slots();
    free += one.free_slots();
  }
  std::string text = fmt::format("task managers: {}; slots: {}, {} free; jobs: {}\n\n",
                                 now.cluster.task_managers_size(), slots, free, now.jobs.size());
  std::vector<std::pair<int64_t, const rpc::JobDetails*>> jobs;
  for (const rpc::JobDetails& job : now.jobs) {
    const rpc::JobDetails* then = Find(before, job.summary().job_id());
    const int64_t read = TotalsOf(job).read;
    jobs.emplace_back(then ? read - TotalsOf(*then).read : 0, &job);
  }
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  // Names, which may be long, behind the numbers: a narrow terminal cuts them.
  TextTable table({{"job"},
                   {"state"},
                   {"for"},
                   {"tasks", true},
                   {"read/s", true},
                   {"waiting", true},
                   {"state size", true},
                   {"checkpoint"},
                   {"restarts", true},
                   {"name"},
                   {"reason"}});
  for (const auto& [change, job] : jobs) {
    const rpc::JobSummary& summary = job->summary();
    const Totals totals = TotalsOf(*job);
    const rpc::JobDetails* then = Find(before, summary.job_id());
    table.Add({summary.job_id().substr(0, 8), summary.state(),
               DurationText(now.wall - summary.started_ms()),
               fmt::format("{}/{}", summary.tasks_running(), summary.tasks_total()),
               then ? RateText(TotalsOf(*then).read, totals.read, now.at - before.at) : "",
               totals.lag < 0 ? "" : std::to_string(totals.lag), BytesText(totals.state_bytes),
               CheckpointText(*job, now.wall), std::to_string(summary.restarts()), summary.name(),
               summary.reason()});
  }
  return text + Finished(table);
}

std::string JobTopText(const TopSample& before, const TopSample& now) {
  const rpc::JobDetails& job = now.jobs.front();
  const rpc::JobSummary& summary = job.summary();
  std::string text =
      fmt::format("{} {}, {}, {} of {} tasks running, {} restarts; checkpoint: {}\n",
                  summary.job_id(), summary.name(), summary.state(), summary.tasks_running(),
                  summary.tasks_total(), summary.restarts(), CheckpointText(job, now.wall));
  if (!summary.reason().empty()) text += summary.reason() + "\n";
  const rpc::JobDetails* then = Find(before, summary.job_id());
  TextTable table({{"tasks", true},
                   {"in/s", true},
                   {"out/s", true},
                   {"waiting", true},
                   {"state size", true},
                   {"watermark"},
                   {"operator"},
                   {"held up by"}});
  const Timestamp ms = now.at - before.at;
  for (int i = 0; i < job.vertices_size(); ++i) {
    const rpc::VertexDetails& vertex = job.vertices(i);
    const bool known = then != nullptr && i < then->vertices_size();
    std::string trouble;
    for (const std::string& one : vertex.troubles()) trouble += (trouble.empty() ? "" : "; ") + one;
    table.Add({std::to_string(vertex.parallelism()),
               known ? RateText(then->vertices(i).records_in(), vertex.records_in(), ms) : "",
               known ? RateText(then->vertices(i).records_out(), vertex.records_out(), ms) : "",
               vertex.source_lag() < 0 ? "" : std::to_string(vertex.source_lag()),
               BytesText(vertex.state_bytes()), WatermarkText(vertex.watermark()), vertex.name(),
               trouble});
  }
  return text + "\n" + Finished(table);
}

int RunTop(const TopCommand& command) {
  auto client = ClusterClient::Make(command.cluster.jobmanager);
  if (!client.ok()) return Fail(client.status());
  StatusOr<TopSample> first = Look(**client, command.job);
  if (!first.ok()) return Fail(first.status());
  std::deque<TopSample> seen;
  const auto text_with = [&](TopSample now) {
    seen.push_back(std::move(now));
    KeepForRates(seen);
    return command.job.empty() ? JobsTopText(seen.front(), seen.back())
                               : JobTopText(seen.front(), seen.back());
  };
  CatchInterrupts();
  Screen screen(std::cout, &TerminalSize);
  const std::chrono::seconds interval(command.interval_s);
  std::string shown = text_with(*std::move(first));
  if (!command.once) screen.Draw(shown);
  while (Sleep(interval)) {
    StatusOr<TopSample> now = Look(**client, command.job);
    if (!now.ok()) {
      if (command.once) return Fail(now.status());
      // One that is restarted comes back.
      screen.Draw(shown + "\n" + now.status().message() + "\nCtrl-C ends this\n");
      continue;
    }
    shown = text_with(*std::move(now));
    if (command.once) break;
    screen.Draw(shown + "\nCtrl-C ends this\n");
  }
  screen.Leave();
  std::cout << shown << std::flush;
  return 0;
}

}  // namespace weir
