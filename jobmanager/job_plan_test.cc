#include "jobmanager/job_plan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir {
namespace {

constexpr auto kHash = plan::Exchange::HASH;
constexpr auto kSingleton = plan::Exchange::SINGLETON;
constexpr auto kForward = plan::Exchange::FORWARD;
constexpr auto kRebalance = plan::Exchange::REBALANCE;

struct Vertex {
  int32_t parallelism = 2;
  std::vector<std::pair<uint32_t, plan::Exchange::Kind>> inputs;
  std::string option;  // of its table
};

// The parallelism of each vertex after WithParallelism(3): "3 3 2".
std::string Scaled(const std::vector<Vertex>& vertices) {
  plan::JobGraph graph;
  for (uint32_t i = 0; i < vertices.size(); ++i) {
    auto* vertex = graph.add_vertices();
    vertex->set_id(i);
    vertex->set_parallelism(vertices[i].parallelism);
    auto* node = vertex->add_chain();
    plan::Table* table = vertices[i].inputs.empty() ? node->mutable_source()->mutable_table()
                                                    : node->mutable_sink()->mutable_table();
    if (!vertices[i].option.empty()) (*table->mutable_options())[vertices[i].option] = "2";
    for (const auto& [from, kind] : vertices[i].inputs) {
      auto* edge = graph.add_edges();
      edge->set_from_vertex(from);
      edge->set_to_vertex(i);
      edge->mutable_exchange()->set_kind(kind);
    }
  }
  auto plan = MakeJobPlan(graph);
  EXPECT_TRUE(plan.ok()) << plan.status();
  std::string out = plan->Scales() ? "" : "fixed: ";
  for (const PlanVertex& vertex : plan->WithParallelism(3).vertices) {
    out += std::to_string(vertex.parallelism) + " ";
  }
  out.pop_back();
  return out;
}

TEST(JobPlanTest, WhatScales) {
  EXPECT_EQ(Scaled({{}, {.inputs = {{0, kHash}}}}), "3 3");
  EXPECT_EQ(Scaled({{.parallelism = 1}, {.parallelism = 1, .inputs = {{0, kHash}}}}), "3 3");
  EXPECT_EQ(Scaled({{.option = "scan.parallelism"}, {.inputs = {{0, kHash}}}}), "2 3");
  EXPECT_EQ(Scaled({{}, {.inputs = {{0, kHash}}, .option = "sink.parallelism"}}), "3 2");
  // One subtask has to see all, whatever comes after it is its business.
  EXPECT_EQ(Scaled({{}, {.parallelism = 1, .inputs = {{0, kSingleton}}}}), "3 1");
  EXPECT_EQ(Scaled({{.parallelism = 1},
                    {.parallelism = 1, .inputs = {{0, kSingleton}}},
                    {.parallelism = 1, .inputs = {{1, kHash}}}}),
            "3 1 3");
  // Subtask by subtask, over any distance and in both directions.
  EXPECT_EQ(Scaled({{.option = "scan.parallelism"},
                    {.inputs = {{0, kForward}}},
                    {.inputs = {{1, kForward}}},
                    {.inputs = {{2, kHash}}}}),
            "2 2 2 3");
  EXPECT_EQ(Scaled({{},
                    {.inputs = {{0, kForward}}},
                    {.inputs = {{1, kForward}}, .option = "sink.parallelism"}}),
            "fixed: 2 2 2");
  EXPECT_EQ(
      Scaled({{.option = "scan.parallelism"}, {}, {.inputs = {{0, kRebalance}, {1, kForward}}}}),
      "2 3 3");
}

}  // namespace
}  // namespace weir
