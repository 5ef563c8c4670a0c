#include <nlohmann/json.hpp>

#include "common/base/version.h"
#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/views.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kRefreshMs = 3000;  // how often the page looks

std::string Revision() { return "weir-" + std::string(kWeirVersion); }

}  // namespace

StatusOr<std::string> ConfigView(const ViewRequest&) {
  return Dump(Json{{"refresh-interval", kRefreshMs},
                   {"timezone-name", "Coordinated Universal Time"},
                   {"timezone-offset", 0},
                   {"flink-version", kFlinkVersion},
                   {"flink-revision", Revision()},
                   {"features",
                    {{"web-submit", false},
                     {"web-cancel", true},
                     {"web-rescale", true},
                     {"web-history", false}}}});
}

StatusOr<std::string> OverviewView(const ViewRequest& request) {
  int slots = 0, free_slots = 0;
  for (const auto& [id, task_manager] : request.cluster.task_managers) {
    slots += task_manager.info.slots();
    free_slots += task_manager.info.free_slots();
  }
  int running = 0, finished = 0, canceled = 0, failed = 0;
  for (const auto& [id, job] : request.cluster.jobs) {
    switch (job->state) {
      case JobState::kFinished:
        ++finished;
        break;
      case JobState::kCanceled:
        ++canceled;
        break;
      case JobState::kFailed:
        ++failed;
        break;
      default:
        ++running;
    }
  }
  return Dump(Json{{"taskmanagers", request.cluster.task_managers.size()},
                   {"slots-total", slots},
                   {"slots-available", free_slots},
                   {"jobs-running", running},
                   {"jobs-finished", finished},
                   {"jobs-cancelled", canceled},
                   {"jobs-failed", failed},
                   {"flink-version", kFlinkVersion},
                   {"flink-commit", Revision()}});
}

StatusOr<std::string> DataSetsView(const ViewRequest&) {
  return Dump(Json{{"dataSets", Json::array()}});
}

StatusOr<std::string> JobManagerEnvironmentView(const ViewRequest&) {
  return Dump(Json{{"jvm",
                    {{"version", "Weir " + std::string(kWeirVersion) + ", without a JVM"},
                     {"arch", "amd64"},
                     {"options", Json::array()}}},
                   {"classpath", Json::array()}});
}

}  // namespace weir
