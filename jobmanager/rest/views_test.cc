// Bodies from snapshots that are made by hand. That they have every field of Flink's is the
// business of tests/e2e/rest_answers_test.py.
#include "jobmanager/rest/views.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace weir {
namespace {

using Json = nlohmann::json;

constexpr char kJob[] = "0123456789abcdef0123456789abcdef";
constexpr char kSource[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr char kSink[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

class ViewsTest : public testing::Test {
 protected:
  ViewsTest() {
    job_.details.mutable_summary()->set_job_id(kJob);
    job_.details.mutable_summary()->set_name("<test>");
    job_.details.mutable_summary()->set_started_ms(1000);
    job_.state = JobState::kRunning;
    job_.now = 5000;
    job_.entered[static_cast<size_t>(JobState::kRunning)] = 1500;
    job_.first_attempt = 100;
    job_.checkpoint_dir = "/chk/job";
    job_.max_parallelism = 128;
    job_.steady_to_wall = 900;
    auto graph = std::make_shared<plan::JobGraph>();
    for (const char* name : {"source", "sink"}) {
      plan::Vertex* vertex = graph->add_vertices();
      vertex->set_id(static_cast<uint32_t>(graph->vertices_size()) - 1);
      vertex->set_parallelism(graph->vertices_size() == 1 ? 2 : 1);
      plan::OperatorNode* node = vertex->add_chain();
      node->set_name(std::string(name) + "(a < b)");
      node->set_parent(-1);
    }
    auto* child = graph->mutable_vertices(0)->add_chain();
    child->set_name("Calc");
    child->set_parent(0);
    graph->mutable_vertices(0)->mutable_chain(0)->mutable_source()->mutable_table()->set_name("t");
    auto* edge = graph->add_edges();
    edge->set_to_vertex(1);
    edge->mutable_exchange()->set_kind(plan::Exchange::HASH);
    (*graph->mutable_config())["table.password"] = "canary";
    (*graph->mutable_config())["pipeline.name"] = "x";
    job_.graph = graph;
    job_.vertices = {{.id = kSource, .name = "source"}, {.id = kSink, .name = "sink"}};
    job_.vertices[0].subtasks = {Running(0, 300), Running(1, 600)};
    job_.vertices[1].subtasks = {Running(2, 0)};
  }

  static TaskRecord Running(int number, double backpressured) {
    TaskRecord task;
    task.attempt = AttemptId(102);
    task.state = SubtaskState::kRunning;
    task.entered[static_cast<size_t>(SubtaskState::kCreated)] = 2000;
    task.entered[static_cast<size_t>(SubtaskState::kDeploying)] = 2100;
    task.entered[static_cast<size_t>(SubtaskState::kRunning)] = 2400;
    task.task_manager = "7";
    task.endpoint = "host:6";
    task.metrics.set_records_in(10 * number + 5);
    task.metrics.set_records_out(3);
    task.metrics.set_busy_ms(40);
    task.metrics.set_watermark(number == 0 ? kMinTimestamp : 4321);
    task.rates.backpressured_ms = backpressured;
    task.rates.busy_ms = 100.5;
    task.measured_at = 4900;
    return task;
  }

  StatusOr<std::string> Ask(View* view, const std::string& query = "",
                            std::vector<std::pair<std::string_view, std::string>> path = {}) {
    ClusterSnapshot cluster;
    cluster.now = 6000;
    cluster.jobs[kJob] = std::make_shared<JobSnapshot>(job_);
    cluster.task_managers = task_managers_;
    PathValues values;
    for (const auto& [name, value] : path) values.Add(name, value);
    values.Add("jobid", kJob);
    values.Add("vertexid", kSource);
    values.Add("subtaskindex", "1");
    HttpRequest http;
    EXPECT_TRUE(ParseTarget("/?" + query, &http).ok());
    return view({cluster, values, http});
  }
  Json Get(View* view, const std::string& query = "",
           std::vector<std::pair<std::string_view, std::string>> path = {}) {
    const StatusOr<std::string> body = Ask(view, query, std::move(path));
    EXPECT_TRUE(body.ok()) << body.status();
    return body.ok() ? Json::parse(*body) : Json();
  }

  JobSnapshot job_;
  std::map<std::string, TaskManagerSnapshot> task_managers_;
};

TEST_F(ViewsTest, AJobAndItsPlan) {
  const Json job = Get(&JobView);
  EXPECT_EQ(job["state"], "RUNNING");
  EXPECT_EQ(job["start-time"], 1000);
  EXPECT_EQ(job["end-time"], -1);
  EXPECT_EQ(job["duration"], 5000);
  EXPECT_EQ(job["timestamps"]["RUNNING"], 1500);
  EXPECT_EQ(job["timestamps"]["FAILED"], 0);
  EXPECT_EQ(job["status-counts"]["RUNNING"], 2);  // of vertices
  EXPECT_EQ(job["vertices"][0]["tasks"]["RUNNING"], 2);
  EXPECT_EQ(job["vertices"][0]["metrics"]["read-records"], 20);
  EXPECT_EQ(job["vertices"][0]["metrics"]["accumulated-busy-time"], 80.0);
  EXPECT_EQ(job["vertices"][0]["start-time"], 2100);
  EXPECT_EQ(job["vertices"][0]["duration"], 3900);
  const Json nodes = job["plan"]["nodes"];  // sinks first
  EXPECT_EQ(nodes[0]["id"], kSink);
  EXPECT_EQ(nodes[0]["inputs"][0]["id"], kSource);
  EXPECT_EQ(nodes[0]["inputs"][0]["ship_strategy"], "HASH");
  EXPECT_EQ(nodes[1]["description"], "source(a &lt; b)<br/>+- Calc<br/>");
  EXPECT_FALSE(nodes[1].contains("inputs"));
  EXPECT_EQ(Get(&JobsOverviewView)["jobs"][0]["tasks"]["running"], 3);
  EXPECT_EQ(Get(&JobsOverviewView)["jobs"][0]["tasks"]["total"], 3);
}

TEST_F(ViewsTest, SecretsAreNotShown) {
  const Json config = Get(&JobConfigView)["execution-config"]["user-config"];
  EXPECT_EQ(config["table.password"], "******");
  EXPECT_EQ(config["pipeline.name"], "x");
}

TEST_F(ViewsTest, WhatIsNotThere) {
  const auto code = [&](View* view, std::string_view name, const std::string& value) {
    return Ask(view, "", {{name, value}}).status().code();
  };
  EXPECT_EQ(code(&JobView, "jobid", std::string(32, '0')), StatusCode::kNotFound);
  EXPECT_EQ(code(&JobView, "jobid", "test"), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(&VertexView, "vertexid", std::string(32, '0')), StatusCode::kNotFound);
  EXPECT_EQ(code(&VertexView, "vertexid", "0"), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(&SubtaskView, "subtaskindex", "2"), StatusCode::kNotFound);
  EXPECT_EQ(code(&SubtaskView, "subtaskindex", "-1"), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(&SubtaskView, "subtaskindex", "99999999999999999999"),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(code(&AttemptView, "attempt", "1"), StatusCode::kNotFound);
  EXPECT_EQ(code(&CheckpointView, "checkpointid", "1"), StatusCode::kNotFound);
  EXPECT_EQ(code(&TaskManagerView, "taskmanagerid", "1"), StatusCode::kNotFound);
  job_.checkpoint_dir.clear();
  EXPECT_EQ(Ask(&CheckpointsView).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Ask(&CheckpointConfigView).status().code(), StatusCode::kNotFound);
}

TEST_F(ViewsTest, ASubtaskAndItsTimes) {
  const Json subtask = Get(&AttemptView, "", {{"attempt", "2"}});
  EXPECT_EQ(subtask["subtask"], 1);
  EXPECT_EQ(subtask["attempt"], 2);
  EXPECT_EQ(subtask["taskmanager-id"], "7");
  EXPECT_EQ(subtask["endpoint"], "host:6");
  EXPECT_EQ(subtask["status-duration"]["CREATED"], 100);  // SCHEDULED was never seen
  EXPECT_EQ(subtask["status-duration"]["SCHEDULED"], -1);
  EXPECT_EQ(subtask["status-duration"]["DEPLOYING"], 300);
  EXPECT_EQ(subtask["status-duration"]["RUNNING"], 3600);
  const Json vertex = Get(&VertexView);
  EXPECT_EQ(vertex["aggregated"]["metrics"]["read-records"]["sum"], 20);
  EXPECT_EQ(vertex["aggregated"]["metrics"]["read-records"]["median"], 10);
  // Of a job that is over, the clock stands.
  job_.state = JobState::kCanceled;
  EXPECT_EQ(Get(&SubtaskView)["duration"], 2900);
  const Json times = Get(&SubtaskTimesView)["subtasks"][0]["timestamps"];
  EXPECT_EQ(times["DEPLOYING"], 2100);
  EXPECT_EQ(times["RECONCILING"], 0);
}

TEST_F(ViewsTest, BackPressureIsThatOfTheWorst) {
  Json pressure = Get(&BackPressureView);
  EXPECT_EQ(pressure["status"], "ok");
  EXPECT_EQ(pressure["backpressureLevel"], "high");
  EXPECT_EQ(pressure["subtasks"][0]["backpressureLevel"], "low");
  EXPECT_EQ(pressure["subtasks"][0]["ratio"], 0.3);
  EXPECT_EQ(pressure["subtasks"][1]["backpressure-level"], "high");
  EXPECT_EQ(Get(&BackPressureView, "", {{"vertexid", kSink}})["backpressureLevel"], "ok");
  for (TaskRecord& task : job_.vertices[0].subtasks) task.measured_at = 0;
  EXPECT_EQ(Get(&BackPressureView)["status"], "deprecated");
}

TEST_F(ViewsTest, MetricsAreBareArrays) {
  const Json names = Get(&VertexMetricsView);
  EXPECT_TRUE(names.is_array());
  EXPECT_FALSE(names[0].contains("value"));
  EXPECT_EQ(Get(&VertexMetricsView, "get=0.numRecordsIn,1.numRecordsIn,1.nope"),
            Json::parse(R"([{"id":"0.numRecordsIn","value":"5"},
                            {"id":"1.numRecordsIn","value":"15"}])"));
  EXPECT_EQ(Get(&SubtaskMetricsView, "get=busyTimeMsPerSecond"),
            Json::parse(R"([{"id":"busyTimeMsPerSecond","value":"100.500"}])"));
  EXPECT_EQ(
      Get(&SubtasksMetricsView, "get=numRecordsIn,Source__t.numRecordsIn"),
      Json::parse(R"([{"id":"numRecordsIn","min":5.0,"max":15.0,"avg":10.0,"sum":20.0,"skew":50.0},
              {"id":"Source__t.numRecordsIn","min":5.0,"max":15.0,"avg":10.0,"sum":20.0,"skew":50.0}])"));
  EXPECT_EQ(Get(&SubtasksMetricsView, "get=numRecordsIn&agg=max&subtasks=0"),
            Json::parse(R"([{"id":"numRecordsIn","max":5.0}])"));
  EXPECT_EQ(Get(&SubtasksMetricsView, "get=numRecordsIn&agg=sum&subtasks=0-999999999999"),
            Json::parse(R"([{"id":"numRecordsIn","sum":20.0}])"));
  EXPECT_EQ(Get(&SubtasksMetricsView, "get=").size(), 0u);
  for (const char* query :
       {"get=numRecordsIn&agg=middle", "get=a&subtasks=x", "get=a&subtasks=1-"}) {
    EXPECT_EQ(Ask(&SubtasksMetricsView, query).status().code(), StatusCode::kInvalidArgument)
        << query;
  }
  EXPECT_EQ(Get(&WatermarksView),
            Json::parse(R"([{"id":"0.currentInputWatermark","value":"-9223372036854775808"},
                            {"id":"1.currentInputWatermark","value":"4321"}])"));
}

TEST_F(ViewsTest, CheckpointsAndTheirShares) {
  EXPECT_EQ(Get(&CheckpointsView)["latest"]["completed"], nullptr);
  EXPECT_EQ(Get(&CheckpointsView)["summary"]["state_size"]["p50"], "NaN");
  JobPlan plan;
  plan.vertices = {{.id = VertexId(0), .parallelism = 2}, {.id = VertexId(1), .parallelism = 1}};
  job_.checkpoints.Begin(CheckpointId(1), CheckpointHistory::Kind::kCheckpoint, plan, 100);
  job_.checkpoints.Acknowledge(CheckpointId(1), {VertexId(0), 1}, {50, 20, 3, 2000, 10}, 140);
  Json checkpoint = Get(&CheckpointView, "", {{"checkpointid", "1"}});
  EXPECT_EQ(checkpoint["status"], "IN_PROGRESS");
  EXPECT_EQ(checkpoint["trigger_timestamp"], 1000);
  EXPECT_EQ(checkpoint["num_acknowledged_subtasks"], 1);
  EXPECT_EQ(checkpoint["tasks"][kSource]["latest_ack_timestamp"], 1040);
  EXPECT_EQ(checkpoint["tasks"][kSink]["latest_ack_timestamp"], -1);
  EXPECT_FALSE(checkpoint.contains("external_path"));
  const Json subtasks = Get(&CheckpointSubtasksView, "", {{"checkpointid", "1"}});
  EXPECT_EQ(subtasks["subtasks"][0]["className"], "pending");
  EXPECT_EQ(subtasks["subtasks"][1]["checkpoint"]["sync"], 2);
  EXPECT_EQ(subtasks["subtasks"][1]["start_delay"], 40 - 3 - 2 - 10);
  EXPECT_EQ(subtasks["summary"]["alignment"]["duration"]["max"], 3);

  job_.checkpoints.Complete(CheckpointId(1), 150);
  job_.retained = {CheckpointId(1)};
  checkpoint = Get(&CheckpointsView)["latest"]["completed"];
  EXPECT_EQ(checkpoint["external_path"], "/chk/job/chk-1");
  EXPECT_EQ(checkpoint["discarded"], false);
  EXPECT_EQ(checkpoint["tasks"], Json::object());
  job_.retained.clear();
  EXPECT_EQ(Get(&CheckpointsView)["history"][0]["discarded"], true);
  EXPECT_EQ(Get(&CheckpointsView)["counts"]["completed"], 1);
  EXPECT_EQ(Get(&CheckpointsView)["summary"]["end_to_end_duration"]["p99"], 50.0);
}

TEST_F(ViewsTest, WhyItFailed) {
  FailureRecord failure{.at = 3000, .cause = UnavailableError("gone"), .task = "source (1/2)"};
  failure.concurrent.push_back({.at = 3001, .cause = AbortedError("too")});
  job_.failures = {failure, failure};
  Json history = Get(&JobExceptionsView, "maxExceptions=1")["exceptionHistory"];
  EXPECT_EQ(history["truncated"], true);
  EXPECT_EQ(history["entries"].size(), 1u);
  EXPECT_EQ(history["entries"][0]["taskName"], "source (1/2)");
  EXPECT_EQ(history["entries"][0]["endpoint"], nullptr);
  EXPECT_EQ(history["entries"][0]["stacktrace"], "unavailable: gone");
  EXPECT_EQ(history["entries"][0]["concurrentExceptions"][0]["stacktrace"], "aborted: too");
  EXPECT_EQ(Get(&JobExceptionsView)["exceptionHistory"]["truncated"], false);
  EXPECT_EQ(Ask(&JobExceptionsView, "maxExceptions=x").status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Get(&JobResultView)["status"]["id"], "IN_PROGRESS");
  job_.state = JobState::kFailed;
  EXPECT_EQ(Get(&JobResultView)["job-execution-result"]["failure-cause"]["stack-trace"],
            "unavailable: gone");
}

TEST_F(ViewsTest, TaskManagers) {
  TaskManagerSnapshot& one = task_managers_["7"];
  one.registration.set_data_address("host:6");
  one.registration.set_slots(2);
  one.registration.set_cpu_cores(4);
  one.registration.set_state_memory_bytes(64 << 20);
  one.heartbeat.set_resident_bytes(123);
  one.info.set_slots(2);
  one.info.set_free_slots(1);
  one.slots_by_job[kJob] = 1;
  const Json item = Get(&TaskManagersView)["taskmanagers"][0];
  EXPECT_EQ(item["id"], "7");
  EXPECT_EQ(item["dataPort"], 6);
  EXPECT_EQ(item["freeResource"]["cpuCores"], 2.0);
  EXPECT_EQ(item["totalResource"]["managedMemory"], 64);
  const Json details = Get(&TaskManagerView, "", {{"taskmanagerid", "7"}});
  EXPECT_EQ(details["allocatedSlots"][0]["jobId"], kJob);
  EXPECT_EQ(details["metrics"]["heapUsed"], 123);
  EXPECT_EQ(Get(&TaskManagersMetricsView, "get=Status.JVM.Memory.Heap.Used&agg=sum")[0]["sum"],
            123.0);
  EXPECT_EQ(Get(&JobManagerMetricsView, "get=taskSlotsAvailable")[0]["value"], "1");
  EXPECT_EQ(Get(&OverviewView)["slots-total"], 2);
  EXPECT_EQ(Get(&OverviewView)["jobs-running"], 1);
}

}  // namespace
}  // namespace weir
