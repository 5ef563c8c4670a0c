#include "client/change_commands.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "client/answer.h"
#include "client/cluster_client.h"
#include "client/job_text.h"
#include "common/base/time.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kChangePollInterval = std::chrono::milliseconds(100);

int32_t HighestParallelism(const rpc::JobDetails& job) {
  int32_t highest = 0;
  for (const auto& vertex : job.vertices()) highest = std::max(highest, vertex.parallelism());
  return highest;
}

// Looks at something again and again; says what it waits for, each reason once.
class Watch {
 public:
  explicit Watch(ClusterClient& client) : client_(client) {}

  // The job as it is now. A job manager that is away is waited for: what it has accepted is on
  // record, and its successor goes on with it.
  StatusOr<rpc::JobDetails> Look(const std::string& job_id) {
    while (true) {
      StatusOr<rpc::JobDetails> details = client_.GetJob(job_id);
      if (!details.ok() && details.status().code() == StatusCode::kUnavailable) {
        Say("the job manager does not answer; what was asked for is on record, waiting for its "
            "return");
        std::this_thread::sleep_for(kChangePollInterval);
        continue;
      }
      if (!details.ok()) return details;
      if (details->error().code() != 0) return UnavailableError(details->error().message());
      if (!details->summary().reason().empty()) {
        Say(details->summary().state() + ": " + details->summary().reason());
      }
      return details;
    }
  }
  void Say(const std::string& what) {
    if (what == said_) return;
    said_ = what;
    std::cerr << what << std::endl;
  }
  static void Pause() { std::this_thread::sleep_for(kChangePollInterval); }

 private:
  ClusterClient& client_;
  std::string said_;
};

int TellStopped(const ClusterCommand& command, const rpc::JobDetails& job) {
  const std::string& id = job.summary().job_id();
  if (command.output == OutputFormat::kJson) {
    PrintJson(
        Json({{"job", id}, {"state", job.summary().state()}, {"savepoint", job.savepoint()}}));
  } else {
    std::cout << "job " << id << " has stopped; savepoint " << job.savepoint() << "\n"
              << "`weir run -f SCRIPT --from-savepoint " << job.savepoint() << "` goes on from it"
              << std::endl;
  }
  return 0;
}

}  // namespace

int TakeSavepoint(const ClusterCommand& command, const std::string& job, const std::string& dir) {
  auto client = ClusterClient::Make(command.jobmanager);
  if (!client.ok()) return Fail(client.status());
  StatusOr<rpc::SavepointReply> reply = (*client)->TakeSavepoint(job, dir);
  if (!reply.ok()) return Fail(reply.status());
  if (reply->error().code() != 0) return Fail(reply->error());
  if (command.output == OutputFormat::kJson) {
    PrintJson(Json({{"job", reply->job_id()}, {"path", reply->path()}}));
  } else {
    std::cout << "savepoint " << reply->path() << std::endl;
  }
  return 0;
}

int StopJob(const ClusterCommand& command, const std::string& job, const std::string& savepoint_dir,
            bool drain) {
  auto client = ClusterClient::Make(command.jobmanager);
  if (!client.ok()) return Fail(client.status());
  StatusOr<rpc::StopReply> reply = (*client)->StopJob(job, savepoint_dir, drain);
  if (!reply.ok()) return Fail(reply.status());
  if (reply->error().code() != 0) return Fail(reply->error());
  for (Watch watch(**client);; Watch::Pause()) {
    StatusOr<rpc::JobDetails> details = watch.Look(reply->job_id());
    if (!details.ok()) return Fail(details.status());
    const rpc::JobSummary& summary = details->summary();
    const std::string name = "job " + summary.job_id();
    if (!details->savepoint().empty()) return TellStopped(command, *details);
    if (summary.state() == "FINISHED") {
      return Fail(AbortedError(name + " has finished by itself before its savepoint was taken"));
    }
    if (IsOver(summary.state())) {
      return Fail(AbortedError(name + " has not stopped, it is " + summary.state() + ": " +
                               summary.reason()));
    }
    if (!details->stopping() && !details->stop_failure().empty()) {
      return Fail(AbortedError(name + " goes on: " + details->stop_failure() +
                               "\n  Mend that, or name another folder with --savepoint-dir, and "
                               "stop it again."));
    }
  }
}

int RescaleJob(const ClusterCommand& command, const std::string& job, int parallelism) {
  auto client = ClusterClient::Make(command.jobmanager);
  if (!client.ok()) return Fail(client.status());
  const int64_t begun = Clock::Real().WallNow();
  StatusOr<rpc::RescaleReply> reply = (*client)->RescaleJob(job, parallelism);
  if (!reply.ok()) return Fail(reply.status());
  if (reply->error().code() != 0) return Fail(reply->error());
  for (Watch watch(**client);; Watch::Pause()) {
    StatusOr<rpc::JobDetails> details = watch.Look(reply->job_id());
    if (!details.ok()) return Fail(details.status());
    const rpc::JobSummary& summary = details->summary();
    if (IsOver(summary.state())) {
      return Fail(AbortedError("job " + summary.job_id() + " does not run any more, it is " +
                               summary.state() + ": " + summary.reason()));
    }
    const bool runs = summary.state() == "RUNNING" && details->note().empty() &&
                      summary.tasks_running() == summary.tasks_total();
    if (!runs || HighestParallelism(*details) != reply->parallelism()) continue;
    const int64_t took = Clock::Real().WallNow() - begun;
    if (command.output == OutputFormat::kJson) {
      PrintJson(Json({{"job", summary.job_id()},
                      {"from_parallelism", reply->from_parallelism()},
                      {"parallelism", reply->parallelism()},
                      {"took_ms", took}}));
    } else {
      std::cout << "job " << summary.job_id() << " runs at parallelism " << reply->parallelism()
                << " (before: " << reply->from_parallelism() << "), after " << DurationText(took)
                << std::endl;
    }
    return 0;
  }
}

int DrainTaskManager(const ClusterCommand& command, const std::string& task_manager) {
  auto client = ClusterClient::Make(command.jobmanager);
  if (!client.ok()) return Fail(client.status());
  StatusOr<rpc::DrainReply> reply = (*client)->DrainTaskManager(task_manager);
  if (!reply.ok()) return Fail(reply.status());
  if (reply->error().code() != 0) return Fail(reply->error());
  const std::string name = "task manager " + std::to_string(reply->task_manager_id());
  for (Watch watch(**client);; Watch::Pause()) {
    StatusOr<rpc::ClusterInfo> cluster = (*client)->GetCluster();
    if (!cluster.ok()) {
      return Fail(UnavailableError(cluster.status().message() + "\n  " + name +
                                   " is not drained for the next job manager: ask it again."));
    }
    const auto& all = cluster->task_managers();
    const auto it = std::find_if(all.begin(), all.end(), [&](const auto& info) {
      return info.id() == reply->task_manager_id();
    });
    if (it == all.end()) return Fail(AbortedError(name + " is gone"));
    if (it->job_ids().empty()) break;
    watch.Say("waiting for " + std::to_string(it->job_ids_size()) + " job" +
              (it->job_ids_size() == 1 ? "" : "s") + " to move away, first " + it->job_ids(0));
  }
  if (command.output == OutputFormat::kJson) {
    Json moved = Json::array();
    for (const std::string& id : reply->job_ids()) moved.push_back(id);
    PrintJson(Json({{"task_manager", reply->task_manager_id()}, {"moved_jobs", moved}}));
  } else {
    std::cout << name << " is empty and gets nothing new: it can be stopped" << std::endl;
  }
  return 0;
}

int ListTaskManagers(const ClusterCommand& command) {
  auto client = ClusterClient::Make(command.jobmanager);
  if (!client.ok()) return Fail(client.status());
  StatusOr<rpc::ClusterInfo> cluster = (*client)->GetCluster();
  if (!cluster.ok()) return Fail(cluster.status());
  std::cout << (command.output == OutputFormat::kJson ? TaskManagersJson(*cluster)
                                                      : TaskManagersText(*cluster));
  return 0;
}

}  // namespace weir
