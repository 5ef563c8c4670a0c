#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <utility>

#include "state/task_state_harness.h"

namespace weir {
namespace {

// ---- Everything at once, against a std::map

struct Cluster {
  std::vector<std::unique_ptr<TestTask>> tasks;
  TestTask& Of(const std::string& key) {
    return *tasks[static_cast<size_t>(
        SubtaskOf(TestTask::GroupOf(key), static_cast<int32_t>(tasks.size()), kMaxParallelism))];
  }
  Model Contents() {
    Model all;
    for (auto& task : tasks) {
      for (auto& [place, cell] : task->Contents()) {
        EXPECT_TRUE(all.insert({place, cell}).second) << place.second << " is in two subtasks";
      }
    }
    return all;
  }
  void Start(std::shared_ptr<CheckpointStorage> storage, int32_t parallelism, uint64_t budget,
             Habit habit, const std::vector<KeyedStateHandle>& handles) {
    tasks.clear();
    for (int32_t i = 0; i < parallelism; ++i) {
      tasks.push_back(
          std::make_unique<TestTask>(storage, KeyGroupRangeFor(i, parallelism, kMaxParallelism),
                                     handles, budget, TestLayout(), "agg", KeyForm::kWhole, habit));
      ASSERT_EQ(tasks.back()->status, OkStatus());
    }
  }
};

class RandomStateTest : public testing::TestWithParam<std::tuple<int, int, Habit>> {};

TEST_P(RandomStateTest, AgreesWithAMap) {
  const int seed = std::get<0>(GetParam()), budget = std::get<1>(GetParam());
  const Habit habit = std::get<2>(GetParam());
  std::mt19937_64 random(static_cast<uint64_t>(seed));
  const auto below = [&](uint64_t n) { return random() % n; };
  auto fs = std::make_shared<SimulatedFileSystem>();
  auto storage = MakeStorage(fs);
  const uint64_t key_space = 20 + below(400);
  const size_t text_size = below(2) ? 300 : 10;
  const auto key = [&] { return "k" + std::to_string(below(key_space)); };
  const int32_t parallelisms[] = {1, 3, 2, 5};
  Cluster cluster;
  cluster.Start(storage, 1, budget, habit, {});
  Model model, completed_model;
  std::map<std::pair<int64_t, std::string>, Timestamp> written, completed_written;
  std::vector<KeyedStateHandle> completed;
  int64_t next_id = 1;
  checkpoint::CheckpointManifest manifest;
  CheckpointId news;  // of a completed checkpoint, not yet heard by the tasks

  // Time passes, and the model forgets as the tables do.
  const auto forget = [&] {
    if (habit != Habit::kForget) return;
    test_clock.Advance(static_cast<int64_t>(below(20)));
    for (auto& task : cluster.tasks) ASSERT_EQ(task->state->MakeRoom(), OkStatus());
    std::erase_if(model,
                  [&](const auto& e) { return written.at(e.first) <= test_clock.wall - kTtlMs; });
  };
  const auto change = [&] {
    const int64_t slice = static_cast<int64_t>(below(4)) * 10;
    forget();
    // As between the steps of a task.
    TaskState& any = *cluster.tasks[below(cluster.tasks.size())]->state;
    if (below(2)) {
      ASSERT_EQ(any.WarmSome(below(40)).status(), OkStatus());
    } else {
      ASSERT_EQ(any.MakeRoom(), OkStatus());
    }
    switch (below(12)) {
      case 0:
        for (auto& task : cluster.tasks) ASSERT_EQ(task->table->DropSlice(slice), OkStatus());
        std::erase_if(model, [&](const auto& e) { return e.first.first == slice; });
        return;
      case 1:
      case 2:
      case 3: {
        const std::string k = key();
        cluster.Of(k).Erase(slice, k);
        model.erase({slice, k});
        return;
      }
      case 4: {
        const std::string k = key();
        auto it = model.find({slice, k});
        std::optional<Cell> expected;
        if (it != model.end()) expected = it->second;
        ASSERT_EQ(cluster.Of(k).Get(slice, k), expected);
        return;
      }
      default: {
        std::map<TestTask*, std::vector<std::string>> by_task;
        const std::string text(below(text_size), static_cast<char>('a' + below(26)));
        for (uint64_t i = 0, n = 1 + below(20); i < n; ++i) {
          const std::string k = key();
          by_task[&cluster.Of(k)].push_back(k);
        }
        for (auto& [task, keys] : by_task) {
          std::vector<uint8_t> is_new = task->Add(slice, keys, 1, text);
          for (size_t i = 0; i < keys.size(); ++i) {
            ASSERT_EQ(is_new[i] != 0, model.count({slice, keys[i]}) == 0) << keys[i];
            Cell& cell = model[{slice, keys[i]}];
            ++cell.count;
            cell.text = text;
            written[{slice, keys[i]}] = test_clock.wall;
          }
        }
      }
    }
  };

  uint64_t spilled = 0;
  for (int round = 0; round < 60; ++round) {
    for (const auto& task : cluster.tasks) spilled += task->state->spilled_entries();
    for (uint64_t i = 0, n = below(40); i < n; ++i) change();
    if (HasFatalFailure()) return;
    const CheckpointId id(next_id++);
    const Model at_barrier = model;
    const auto written_at_barrier = written;
    for (auto& task : cluster.tasks) ASSERT_EQ(task->state->BeginSnapshot(id), OkStatus());
    // Cut while work goes on, and perhaps give up half-way.
    const bool give_up = below(5) == 0;
    std::vector<KeyedStateHandle> handles;
    bool failed = give_up;
    for (auto& task : cluster.tasks) {
      while (!task->state->SnapshotSome(1 + below(20))) {
        change();
        if (give_up && below(3) == 0) break;
      }
      if (HasFatalFailure()) return;
      if (give_up) continue;
      SnapshotWork work = task->state->TakeWork();
      change();
      if (below(6) == 0) {
        fs->SetHook(
            [&](const std::string& operation) { return UnavailableError(operation + ": no"); });
      }
      StatusOr<SnapshotResult> result = work();
      fs->SetHook(nullptr);
      if (!result.ok()) {
        failed = true;
        continue;
      }
      for (const KeyedStateHandle& handle : result->keyed["agg"]) handles.push_back(handle);
    }
    if (const CheckpointId late = std::exchange(news, CheckpointId()); late.value() > 0) {
      for (auto& task : cluster.tasks) task->state->CheckpointCompleted(late);
    }
    if (failed || below(6) == 0) {
      if (below(3) > 0) {
        for (auto& task : cluster.tasks) task->state->Abort(id);
      }
    } else {
      completed = handles;
      completed_model = at_barrier;
      completed_written = written_at_barrier;
      if (below(4) > 0) {
        for (auto& task : cluster.tasks) task->state->CheckpointCompleted(id);
      } else {
        news = id;
      }
      checkpoint::CheckpointManifest before = std::exchange(manifest, {});
      manifest.set_checkpoint_id(id.value());
      auto* op = manifest.add_tasks()->add_operators();
      for (const KeyedStateHandle& handle : completed) *op->add_keyed() = handle;
      ASSERT_EQ(storage->Publish(manifest), OkStatus());
      ASSERT_TRUE(storage->RemoveAllBut({before, manifest}).ok());
    }
    if (below(3) == 0) {
      forget();
      ASSERT_EQ(cluster.Contents(), model) << "round " << round;
    }
    if (below(4) == 0) {  // crash, and come back at another parallelism
      cluster.Start(storage, parallelisms[below(4)], budget, habit, completed);
      if (HasFatalFailure()) return;
      news = CheckpointId();
      model = completed_model;
      written = completed_written;
      forget();
      ASSERT_EQ(cluster.Contents(), model) << "after restoring in round " << round;
    }
  }
  if (budget < 60000) {
    EXPECT_EQ(spilled > 0, budget == 4000) << "the budget does not do its work";
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomStateTest,
                         testing::Combine(testing::Range(0, 20), testing::Values(0, 4000),
                                          testing::Values(Habit::kEager, Habit::kLazy)));
INSTANTIATE_TEST_SUITE_P(Forgetful, RandomStateTest,
                         testing::Combine(testing::Range(50, 54), testing::Values(0, 4000),
                                          testing::Values(Habit::kForget)));
// Restored tables that fit, and then do not.
INSTANTIATE_TEST_SUITE_P(SomeRoom, RandomStateTest,
                         testing::Combine(testing::Range(30, 40), testing::Values(60000),
                                          testing::Values(Habit::kLazy)));

}  // namespace
}  // namespace weir
