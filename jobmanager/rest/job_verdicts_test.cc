#include "jobmanager/rest/job_verdicts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using testing::HasSubstr;
using Reason = OutputVerdict::Reason;

// A job that runs: a source with a filter, a window, a sink; 100 rows have reached the sink.
class JobVerdictsTest : public testing::Test {
 protected:
  JobVerdictsTest() {
    auto* source = AddVertex("Source: orders");
    source->mutable_source()->mutable_table()->set_name("orders");
    AddOperator("WatermarkAssigner")->mutable_watermark_assigner();
    AddOperator("Calc(where=[a > 1])")->mutable_calc()->mutable_filter()->add_nodes();
    AddVertex("GlobalWindowAggregate")
        ->mutable_window_aggregate()
        ->set_phase(plan::WindowAggregate::GLOBAL);
    AddVertex("Sink: totals")->mutable_sink()->mutable_table()->set_name("totals");
    for (uint32_t v = 1; v < 3; ++v) {
      plan::Edge* edge = graph_->add_edges();
      edge->set_from_vertex(v - 1);
      edge->set_to_vertex(v);
    }
    job_.state = JobState::kRunning;
    job_.options.checkpoints.interval = Duration(10'000);
    Flow(0, 1000, {1000, 1000, 800}, 800);
    Flow(1, 800, {100}, 100);
    Flow(2, 100, {0}, 0);
    Split("orders-0", 60'000'000, 0);
  }

  plan::OperatorNode* AddVertex(const std::string& name) {
    plan::Vertex* vertex = graph_->add_vertices();
    vertex->set_id(static_cast<uint32_t>(graph_->vertices_size()) - 1);
    vertex->set_name(name);
    VertexSnapshot& shown = job_.vertices.emplace_back();
    shown.name = name;
    shown.subtasks.resize(1);
    shown.subtasks[0].state = SubtaskState::kRunning;
    plan::OperatorNode* node = vertex->add_chain();
    node->set_name(name);
    node->set_parent(-1);
    return node;
  }
  plan::OperatorNode* AddOperator(const std::string& name) {
    plan::Vertex* vertex = graph_->mutable_vertices(graph_->vertices_size() - 1);
    plan::OperatorNode* node = vertex->add_chain();
    node->set_name(name);
    node->set_parent(vertex->chain_size() - 2);
    return node;
  }
  rpc::TaskMetrics& Metrics(size_t vertex) { return job_.vertices[vertex].subtasks[0].metrics; }
  TaskRates& Rates(size_t vertex) { return job_.vertices[vertex].subtasks[0].rates; }
  // `rows`: that each operator has emitted.
  void Flow(size_t vertex, int64_t in, const std::vector<int64_t>& rows, int64_t out) {
    Metrics(vertex).set_records_in(in);
    Metrics(vertex).set_records_out(out);
    Metrics(vertex).clear_operator_rows();
    for (const int64_t n : rows) Metrics(vertex).add_operator_rows(n);
  }
  rpc::SplitMetrics* Split(const std::string& id, Timestamp watermark, int64_t waiting) {
    rpc::SplitMetrics* split = Metrics(0).add_splits();
    split->set_id(id);
    split->set_watermark(watermark);
    split->set_records_waiting(waiting);
    Metrics(0).set_source_lag(0);
    return split;
  }
  OutputVerdict Output() {
    job_.graph = graph_;
    return JudgeOutput(job_, DrawVertices(job_));
  }
  PaceVerdict Pace() {
    job_.graph = graph_;
    return JudgePace(job_, DrawVertices(job_));
  }

  JobSnapshot job_;
  std::shared_ptr<plan::JobGraph> graph_ = std::make_shared<plan::JobGraph>();
};

TEST_F(JobVerdictsTest, OutputFlows) {
  Rates(2).records_in = 12;
  const OutputVerdict verdict = Output();
  EXPECT_EQ(verdict.reason, Reason::kFlows);
  EXPECT_EQ(verdict.sentence, "100 rows have reached the sinks, 12 a second now.");
}

// The usual job: a source, what it does to the rows, and a sink, in one vertex.
class OneVertexTest : public JobVerdictsTest {
 protected:
  OneVertexTest() {
    graph_->Clear();
    job_.vertices.clear();
    AddVertex("Source: orders")->mutable_source()->mutable_table()->set_name("orders");
    AddOperator("Calc(where=[a > 1])")->mutable_calc()->mutable_filter()->add_nodes();
    AddOperator("Sink: totals")->mutable_sink()->mutable_table()->set_name("totals");
    Flow(0, 1000, {1000, 100, 0}, 0);
  }
};

TEST_F(OneVertexTest, WhatFlowsIsWhatReachesTheSink) {
  Rates(0) = {.records_in = 500, .operator_rows = {500, 7, 0}};
  EXPECT_EQ(Output().sentence, "100 rows have reached the sinks, 7 a second now.");
  Rates(0).operator_rows[1] = 0;
  EXPECT_NE(Output().reason, Reason::kFlows);
}

TEST_F(OneVertexTest, ItsTroubleIsTheSourcesOrTheSinks) {
  Metrics(0).set_trouble("sink totals: connection refused");
  Metrics(0).set_trouble_operator(2);
  EXPECT_EQ(Output().reason, Reason::kSinkRefuses);
  EXPECT_EQ(Output().sentence, "sink totals: connection refused");
  Metrics(0).set_trouble("broker does not answer");
  Metrics(0).set_trouble_operator(0);
  EXPECT_EQ(Output().reason, Reason::kNoRecords);
  EXPECT_THAT(Output().sentence, testing::StartsWith("broker does not answer"));
}

TEST_F(JobVerdictsTest, NoSlots) {
  job_.state = JobState::kCreated;
  job_.waits_for_slots = true;
  job_.details.mutable_summary()->set_reason("waiting for slots: 4 are needed, 1 is free");
  EXPECT_EQ(Output().reason, Reason::kNoSlots);
  EXPECT_THAT(Output().sentence, HasSubstr("4 are needed, 1 is free"));
}

TEST_F(JobVerdictsTest, NotAllTasksRun) {
  job_.vertices[1].subtasks[0].state = SubtaskState::kDeploying;
  job_.details.mutable_summary()->set_reason("the database is gone");
  EXPECT_EQ(Output().reason, Reason::kNotRunning);
  EXPECT_THAT(Output().sentence, HasSubstr("the database is gone"));
}

TEST_F(JobVerdictsTest, EndedAndFailed) {
  job_.state = JobState::kFinished;
  EXPECT_EQ(Output().sentence, "The job has ended; 100 rows had reached its sinks.");
  job_.state = JobState::kFailed;
  job_.details.mutable_summary()->set_reason("division by zero");
  EXPECT_EQ(Output().sentence, "The job has failed: division by zero");
}

TEST_F(JobVerdictsTest, NoRecordsFromTheSource) {
  Flow(0, 0, {0, 0, 0}, 0);
  Flow(1, 0, {0}, 0);
  Flow(2, 0, {0}, 0);
  EXPECT_EQ(Output().reason, Reason::kNoRecords);
  EXPECT_EQ(Output().vertex, 0u);
  EXPECT_THAT(Output().sentence, HasSubstr("`orders` has given no record yet"));
  Metrics(0).set_trouble("broker 127.0.0.1:9092 does not answer");
  EXPECT_EQ(Output().sentence, "broker 127.0.0.1:9092 does not answer");
  Metrics(0).clear_trouble();
  (*Metrics(0).mutable_counters())["numBadRecordsSkipped"] = 7;
  EXPECT_THAT(Output().sentence, HasSubstr("7 could not be decoded"));
}

TEST_F(JobVerdictsTest, NothingNew) {
  EXPECT_EQ(Output().reason, Reason::kNoRecords);
  EXPECT_THAT(Output().sentence, HasSubstr("nothing new"));
  EXPECT_THAT(Output().sentence, HasSubstr("So far 100 rows came out."));
}

TEST_F(JobVerdictsTest, NothingNewAndASplitBehind) {
  Split("orders-1", 60'000'000 - 100'000, 0);
  EXPECT_EQ(Output().reason, Reason::kWatermarkHeld);
  EXPECT_THAT(Output().sentence, HasSubstr("So far 100 rows came out."));
  Rates(0).records_in = 5;
  Metrics(0).mutable_splits(1)->set_records_waiting(3);
  EXPECT_EQ(Output().reason, Reason::kWindowOpen);
}

TEST_F(JobVerdictsTest, AllFiltered) {
  Flow(0, 1000, {1000, 1000, 0}, 0);
  Flow(1, 0, {0}, 0);
  Flow(2, 0, {0}, 0);
  EXPECT_EQ(Output().reason, Reason::kAllFiltered);
  EXPECT_EQ(Output().sentence, "`Calc(where=[a > 1])` has let none of 1000 rows pass.");
}

TEST_F(JobVerdictsTest, AllLate) {
  Flow(1, 800, {0}, 0);
  Flow(2, 0, {0}, 0);
  (*Metrics(1).mutable_counters())["numLateRecordsDropped"] = 800;
  EXPECT_EQ(Output().reason, Reason::kAllLate);
  EXPECT_EQ(Output().vertex, 1u);
  (*Metrics(1).mutable_counters())["numLateRecordsDropped"] = 799;
  EXPECT_NE(Output().reason, Reason::kAllLate);
}

TEST_F(JobVerdictsTest, ASplitWithoutARowHoldsTheWatermark) {
  Flow(1, 800, {0}, 0);
  Flow(2, 0, {0}, 0);
  rpc::SplitMetrics* silent = Split("orders-3", kMinTimestamp, 0);
  EXPECT_EQ(Output().reason, Reason::kWatermarkHeld);
  EXPECT_EQ(Output().vertex, 0u);
  EXPECT_THAT(Output().sentence, HasSubstr("Partition orders-3 of table `orders`"));
  EXPECT_THAT(Output().advice, HasSubstr("idle-timeout"));
  silent->set_idle(true);
  EXPECT_EQ(Output().reason, Reason::kWindowOpen);
  silent->set_idle(false);
  silent->set_records_waiting(5);  // it will be read
  EXPECT_EQ(Output().reason, Reason::kWindowOpen);
}

TEST_F(JobVerdictsTest, ASplitThatFellBehindHoldsTheWatermark) {
  Flow(1, 800, {0}, 0);
  Flow(2, 0, {0}, 0);
  Split("orders-3", 60'000'000 - 59'000, 0);
  EXPECT_EQ(Output().reason, Reason::kWindowOpen);
  Split("orders-4", 60'000'000 - 61'000, 0);
  EXPECT_EQ(Output().reason, Reason::kWatermarkHeld);
  EXPECT_THAT(Output().sentence, HasSubstr("orders-4"));
  EXPECT_THAT(Output().sentence, HasSubstr("1970-01-01 16:38:59 UTC; others are at"));
}

TEST_F(JobVerdictsTest, EverySplitIsIdle) {
  Flow(1, 800, {0}, 0);
  Flow(2, 0, {0}, 0);
  Metrics(0).mutable_splits(0)->set_idle(true);
  EXPECT_EQ(Output().reason, Reason::kWatermarkHeld);
  EXPECT_THAT(Output().sentence, HasSubstr("Every partition is idle"));
}

TEST_F(JobVerdictsTest, TheSinkRefuses) {
  Rates(2).records_in = 12;
  Metrics(2).set_trouble("sink totals: connection refused");
  EXPECT_EQ(Output().reason, Reason::kSinkRefuses);
  EXPECT_EQ(Output().vertex, 2u);
  EXPECT_EQ(Output().sentence, "sink totals: connection refused");
}

TEST_F(JobVerdictsTest, WaitsForACommit) {
  (*Metrics(2).mutable_counters())["numRecordsWrittenAhead"] = 100;
  EXPECT_EQ(Output().reason, Reason::kWaitsForCommit);
  EXPECT_EQ(Output().advice, "One begins every 10 s.");
  job_.options.checkpoints.interval = Duration(0);
  EXPECT_THAT(Output().advice, HasSubstr("takes no checkpoints"));
  job_.restored = JobSnapshot::Restored{};  // what a checkpoint showed before
  EXPECT_NE(Output().reason, Reason::kWaitsForCommit);
}

TEST_F(JobVerdictsTest, NothingHoldsItBack) {
  Rates(1).busy_ms = 120;
  EXPECT_EQ(Pace().vertex, std::nullopt);
  EXPECT_EQ(
      Pace().sentence,
      "Nothing holds it back; `GlobalWindowAggregate` is the busiest, with 12 % of its time.");
}

TEST_F(JobVerdictsTest, TheLastThatOthersWaitForHoldsItBack) {
  Rates(0).backpressured_ms = 900;
  Rates(1).busy_ms = 970;
  EXPECT_EQ(Pace().vertex, 1u);
  EXPECT_THAT(Pace().sentence, HasSubstr("busy 97 % of the time; what feeds it waits 90 %"));
  Rates(1).backpressured_ms = 500;
  EXPECT_EQ(Pace().vertex, 2u);
  EXPECT_THAT(Pace().sentence, HasSubstr("it waits for the outside"));
}

TEST_F(JobVerdictsTest, ASourceSetsThePace) {
  Rates(0).busy_ms = 1000;
  Metrics(0).set_source_lag(5000);
  EXPECT_EQ(Pace().vertex, 0u);
  EXPECT_THAT(Pace().sentence, HasSubstr("busy 100 % of the time and 5000 rows wait"));
}

}  // namespace
}  // namespace weir
