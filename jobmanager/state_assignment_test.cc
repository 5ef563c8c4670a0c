#include "jobmanager/state_assignment.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>

#include "jobmanager/test_plan.h"
#include "state/key_groups.h"

namespace weir {
namespace {

using checkpoint::CheckpointManifest;

TEST(KeyGroupsTest, EveryKeyGroupHasExactlyOneOwner) {
  for (int32_t max : {1, 7, 16, 128, 32768}) {
    for (int32_t p = 1; p <= std::min(max, 130); ++p) {
      int32_t next = 0;
      for (int32_t i = 0; i < p; ++i) {
        const KeyGroupRange range = KeyGroupRangeFor(i, p, max);
        ASSERT_EQ(range.first, next) << i << "/" << p << "/" << max;
        ASSERT_GE(range.last, range.first);
        ASSERT_LE(range.last - range.first + 1, max / p + 1) << "uneven";
        ASSERT_EQ(SubtaskOf(range.first, p, max), i);
        ASSERT_EQ(SubtaskOf(range.last, p, max), i);
        next = range.last + 1;
      }
      ASSERT_EQ(next, max);
    }
  }
  // Flink's own answer.
  EXPECT_EQ(KeyGroupRangeFor(1, 3, 128), (KeyGroupRange{43, 85}));
}

// A checkpoint of `plan`: each subtask of vertex 1 holds its key-group range as one handle named
// after it and "own<i>" as operator state; the source subtask i was at split p<i>.
CheckpointManifest Manifest(const JobPlan& plan, int64_t id = 9) {
  CheckpointManifest manifest;
  manifest.set_job_id("old");
  manifest.set_checkpoint_id(id);
  manifest.set_max_parallelism(plan.max_parallelism);
  for (const PlanVertex& vertex : plan.vertices) {
    auto* info = manifest.add_vertices();
    info->set_vertex(vertex.id.value());
    info->set_parallelism(vertex.parallelism);
    for (const std::string& uid : vertex.uids) info->add_uids(uid);
    for (int32_t i = 0; i < vertex.parallelism; ++i) {
      auto* task = manifest.add_tasks();
      task->set_vertex(vertex.id.value());
      task->set_subtask(i);
      auto* op = task->add_operators();
      op->set_uid(vertex.uids[0]);
      if (!vertex.source_uid.empty()) {
        op->add_splits()->set_split_id("p" + std::to_string(i));
      } else {
        op->set_operator_state("own" + std::to_string(i));
        const KeyGroupRange range = KeyGroupRangeFor(i, vertex.parallelism, plan.max_parallelism);
        auto* keyed = op->add_keyed();
        keyed->set_table("window");
        keyed->set_first_key_group(range.first);
        keyed->set_last_key_group(range.last);
        keyed->add_base()->set_path("file" + std::to_string(i));
      }
    }
  }
  auto* splits = manifest.add_split_assigners();
  splits->set_uid(plan.vertices[0].source_uid);
  splits->set_state("assigner");
  return manifest;
}

std::string Print(const SubtaskRestore& restore) {
  std::ostringstream out;
  if (restore.finished) out << "finished ";
  for (const OperatorRestore& op : restore.operators) {
    out << op.uid << "(";
    for (const std::string& state : op.operator_states) out << state << " ";
    for (const auto& handle : op.keyed) {
      out << handle.base(0).path() << "[" << handle.first_key_group() << ","
          << handle.last_key_group() << "]";
    }
    out << ")";
  }
  return out.str();
}

TEST(StateAssignmentTest, SameParallelism) {
  const JobPlan plan = TestPlan({{"source", 2}, {"window", 2}});
  auto state = AssignState(Manifest(plan), plan);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->checkpoint, CheckpointId(9));
  EXPECT_EQ(Print(state->tasks[Task(1, 0)]), "window-1(own0 file0[0,63])");
  EXPECT_EQ(Print(state->tasks[Task(1, 1)]), "window-1(own1 file1[64,127])");
  EXPECT_EQ(state->splits[VertexId(0)].snapshot, "assigner");
  EXPECT_EQ(state->splits[VertexId(0)].positions.size(), 2u);
}

TEST(StateAssignmentTest, Rescaled) {
  const auto manifest = Manifest(TestPlan({{"source", 2}, {"window", 2}}));
  auto up = AssignState(manifest, TestPlan({{"source", 1}, {"window", 3}}));
  ASSERT_TRUE(up.ok()) << up.status();
  EXPECT_EQ(Print(up->tasks[Task(1, 0)]), "window-1(own0 own1 file0[0,42])");
  EXPECT_EQ(Print(up->tasks[Task(1, 1)]), "window-1(own0 own1 file0[43,63]file1[64,85])");
  EXPECT_EQ(Print(up->tasks[Task(1, 2)]), "window-1(own0 own1 file1[86,127])");
  EXPECT_EQ(up->splits[VertexId(0)].positions.size(), 2u);
}

TEST(StateAssignmentTest, KeyGroupsAreNeitherLostNorDoubledByAnyRescaling) {
  for (int32_t before = 1; before <= 9; ++before) {
    const auto manifest = Manifest(TestPlan({{"source", 1}, {"window", before}}));
    for (int32_t after = 1; after <= 9; ++after) {
      auto state = AssignState(manifest, TestPlan({{"source", 1}, {"window", after}}));
      ASSERT_TRUE(state.ok());
      std::map<uint32_t, std::string> owner;
      for (int32_t i = 0; i < after; ++i) {
        for (const auto& handle : state->tasks[Task(1, i)].operators[0].keyed) {
          for (uint32_t k = handle.first_key_group(); k <= handle.last_key_group(); ++k) {
            ASSERT_TRUE(owner.emplace(k, handle.base(0).path()).second) << "twice: " << k;
            ASSERT_EQ(SubtaskOf(k, after, 128), i);
            ASSERT_EQ("file" + std::to_string(SubtaskOf(k, before, 128)), owner[k]);
          }
        }
      }
      ASSERT_EQ(owner.size(), 128u) << before << " to " << after;
    }
  }
}

TEST(StateAssignmentTest, FinishedSubtasks) {
  auto manifest = Manifest(TestPlan({{"source", 2}, {"window", 2}}));
  manifest.mutable_tasks(0)->set_finished(true);
  auto same = AssignState(manifest, TestPlan({{"source", 2}, {"window", 2}}));
  EXPECT_TRUE(same->tasks[Task(0, 0)].finished);
  EXPECT_FALSE(same->tasks[Task(0, 1)].finished);
  auto other = AssignState(manifest, TestPlan({{"source", 3}, {"window", 2}}));
  for (int32_t i = 0; i < 3; ++i) EXPECT_FALSE(other->tasks[Task(0, i)].finished);
  manifest.mutable_tasks(1)->set_finished(true);
  other = AssignState(manifest, TestPlan({{"source", 3}, {"window", 2}}));
  for (int32_t i = 0; i < 3; ++i) EXPECT_TRUE(other->tasks[Task(0, i)].finished);
}

TEST(StateAssignmentTest, CommitsComeBackInTheirOrderAndUnderTheirIdentity) {
  auto manifest = Manifest(TestPlan({{"source", 1}, {"sink", 3}}));
  for (int i = 1; i <= 3; ++i) {
    manifest.mutable_tasks(i)->mutable_operators(0)->add_committables()->set_content(
        "nine" + std::to_string(i));
  }
  auto* older = manifest.add_uncommitted();
  older->set_checkpoint_id(8);
  older->set_uid("sink-1");
  older->set_subtask(2);
  older->add_committables()->set_content("eight");
  auto state = AssignState(manifest, TestPlan({{"source", 1}, {"sink", 2}}));
  ASSERT_TRUE(state.ok());
  std::ostringstream out;
  for (const auto& [id, units] : state->commits) {
    for (const auto& unit : units) {
      out << id << ":" << unit.task << "=";
      for (const auto& p : unit.prepared) {
        out << p.checkpoint_id() << "/" << p.subtask() << "/" << p.committables(0).content() << " ";
      }
    }
  }
  EXPECT_EQ(out.str(), "8:1/0=8/2/eight 9:1/0=9/0/nine1 9/2/nine3 9:1/1=9/1/nine2 ");
}

TEST(StateAssignmentTest, RefusesWhatDoesNotFit) {
  const JobPlan plan = TestPlan({{"source", 2}, {"window", 2}});
  const auto code = [](const CheckpointManifest& manifest, const JobPlan& plan) {
    return AssignState(manifest, plan).status().code();
  };
  JobPlan more_groups = plan;
  more_groups.max_parallelism = 256;
  EXPECT_EQ(code(Manifest(plan), more_groups), StatusCode::kInvalidArgument);
  const auto other = AssignState(Manifest(plan), TestPlan({{"source", 2}, {"join", 2}}));
  EXPECT_EQ(other.status().code(), StatusCode::kInvalidArgument);
  EXPECT_NE(other.status().message().find("window-1"), std::string::npos);

  CheckpointManifest lacking = Manifest(plan);
  lacking.mutable_tasks()->RemoveLast();
  EXPECT_EQ(code(lacking, plan), StatusCode::kDataLoss);
  CheckpointManifest doubled = Manifest(plan);
  doubled.mutable_tasks(3)->set_subtask(0);
  EXPECT_EQ(code(doubled, plan), StatusCode::kDataLoss);
  CheckpointManifest foreign = Manifest(plan);
  foreign.mutable_tasks(3)->mutable_operators(0)->set_uid("x");
  EXPECT_EQ(code(foreign, plan), StatusCode::kDataLoss);
}

TEST(StateAssignmentTest, AVertexThatHasInputAgainIsNotFinished) {
  auto manifest = Manifest(TestPlan({{"source", 1}, {"window", 2}}));
  for (auto& task : *manifest.mutable_tasks()) task.set_finished(true);
  JobPlan plan = TestPlan({{"source", 1}, {"window", 2}});
  auto state = AssignState(manifest, plan);
  EXPECT_TRUE(state->tasks[Task(1, 0)].finished);
  // The script has gained a source: it comes first, the window reads both.
  JobPlan more = TestPlan({{"more", 1}, {"source", 1}, {"window", 2}});
  more.vertices[0].source_uid.clear();
  more.vertices[1].source_uid = "source-1";
  more.edges = {{VertexId(0), VertexId(2)}, {VertexId(1), VertexId(2)}};
  state = AssignState(manifest, more);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_FALSE(state->tasks[Task(0, 0)].finished);
  EXPECT_TRUE(state->tasks[Task(1, 0)].finished);
  EXPECT_EQ(Print(state->tasks[Task(2, 0)]), "window-1(own0 file0[0,63])");
  // One without state might be any.
  manifest.mutable_vertices(0)->set_uids(0, "");
  manifest.mutable_tasks(0)->mutable_operators(0)->set_uid("");
  plan.vertices[0].uids[0].clear();
  plan.vertices[0].source_uid.clear();
  state = AssignState(manifest, plan);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_FALSE(state->tasks[Task(0, 0)].finished);
}

TEST(StateAssignmentTest, StateOfAnotherMeaningIsRefusedOrDropped) {
  JobPlan plan = TestPlan({{"source", 1}, {"window", 1}});
  plan.vertices[1].meanings = {"t where (a > 1)"};
  auto manifest = Manifest(plan);
  manifest.mutable_vertices(1)->add_meanings("t where (a > 1)");
  manifest.mutable_tasks(0)->set_finished(true);
  manifest.mutable_tasks(1)->set_finished(true);
  EXPECT_EQ(Print(AssignState(manifest, plan)->tasks[Task(1, 0)]),
            "finished window-1(own0 file0[0,127])");
  plan.vertices[1].meanings = {"t"};
  EXPECT_EQ(AssignState(manifest, plan).status().message(),
            "checkpoint 9 of job old holds state of the operator window-1 about t where (a > 1), "
            "where the job needs it about t: it was made by another statement "
            "(--allow-non-restored-state goes on without that state)");
  EXPECT_EQ(Print(AssignState(manifest, plan, true)->tasks[Task(1, 0)]), "");
}

TEST(StateAssignmentTest, OperatorsWithoutStateMayComeAndGo) {
  auto manifest = Manifest(TestPlan({{"source", 1}, {"window", 1}}));
  manifest.mutable_vertices(1)->add_uids("calc-1");
  manifest.mutable_tasks(1)->add_operators()->set_uid("calc-1");
  auto state = AssignState(manifest, TestPlan({{"source", 1}, {"window", 1}, {"print", 1}}));
  EXPECT_TRUE(state.ok()) << state.status();
}

}  // namespace
}  // namespace weir
