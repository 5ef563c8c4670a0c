#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "state/task_state_harness.h"

namespace weir {
namespace {

// ---- Time to live

class TimeToLiveTest : public TaskStateTest {
 protected:
  std::unique_ptr<TestTask> Open(TimeToLive time_to_live,
                                 const std::vector<KeyedStateHandle>& restored = {},
                                 uint64_t read_at_once_bytes = 4 << 20, uint64_t budget = 0) {
    auto task = std::make_unique<TestTask>(storage_, kAll, restored, 0, TestLayout(), "other");
    TaskState::Config config{.storage = storage_,
                             .key_groups = kAll,
                             .max_parallelism = kMaxParallelism,
                             .clock = &test_clock,
                             .read_at_once_bytes = read_at_once_bytes};
    if (budget > 0) {
      config.memory = std::make_shared<MemoryBudget>(budget);
      config.cold_store = [] {
        return StatusOr<std::unique_ptr<ColdStore>>(MakeMemoryColdStore());
      };
    }
    task->state = std::make_unique<TaskState>(std::move(config));
    EXPECT_EQ(task->state->Restore("agg", restored), OkStatus());
    KeyedState& keyed = task->state->ForOperator("agg");
    keyed.SetTimeToLive(time_to_live);
    task->table = keyed.OpenSlotTable("t", TestLayout()).value();
    return task;
  }
};

TEST_F(TimeToLiveTest, CountsFromTheLastWritingOrFromTheFirst) {
  for (bool from_creation : {false, true}) {
    auto task = Open({.ms = 100, .from_creation = from_creation});
    task->Add(0, {"a"}, 1, "");
    test_clock.Advance(60);
    EXPECT_THAT(task->Add(0, {"a"}, 1, ""), testing::ElementsAre(0));
    test_clock.Advance(60);
    ASSERT_EQ(task->state->MakeRoom(), OkStatus());
    EXPECT_EQ(task->Get(0, "a").has_value(), !from_creation);
    EXPECT_THAT(task->Add(0, {"a"}, 1, ""), testing::ElementsAre(from_creation));
    EXPECT_EQ(task->Get(0, "a")->count, from_creation ? 1 : 3);
    test_clock.Advance(100);
    ASSERT_EQ(task->state->MakeRoom(), OkStatus());
    EXPECT_TRUE(task->Contents().empty());
  }
}

TEST_F(TimeToLiveTest, AClockThatJumpsForgetsNothing) {
  auto task = Open({.ms = 100});
  task->Add(0, {"a"}, 1, "");
  test_clock.wall += int64_t{3} * 24 * 3600 * 1000;
  ASSERT_EQ(task->state->MakeRoom(), OkStatus());
  EXPECT_TRUE(task->Get(0, "a").has_value());
  test_clock.wall -= int64_t{6} * 24 * 3600 * 1000;
  test_clock.Advance(99);
  ASSERT_EQ(task->state->MakeRoom(), OkStatus());
  EXPECT_TRUE(task->Get(0, "a").has_value());
  test_clock.Advance(1);
  ASSERT_EQ(task->state->MakeRoom(), OkStatus());
  EXPECT_FALSE(task->Get(0, "a").has_value());
}

TEST_F(TimeToLiveTest, MemoryAndCheckpointsForgetToo) {
  auto task = Open({.ms = 1000});
  std::vector<std::string> keys;
  for (int i = 0; i < 3000; ++i) keys.push_back(std::to_string(i));
  task->Add(0, keys, 1, "text");
  const auto full = task->Snapshot(1);
  ASSERT_TRUE(full.ok()) << full.status();
  EXPECT_EQ(Open({.ms = 1000}, *full)->Contents().size(), 3000u);
  test_clock.Advance(1000);
  EXPECT_EQ(Open({.ms = 1000}, *full)->Contents().size(), 0u);
  for (int i = 0; i < 20; ++i) {
    test_clock.Advance(50);
    ASSERT_EQ(task->state->MakeRoom(), OkStatus());
  }
  EXPECT_EQ(task->state->hot_entries(), 0u);
  for (int64_t id = 2; id < 6; ++id) {  // until they are folded
    task->Add(0, {"new"}, 1, "text");
    const auto small = task->Snapshot(id);
    ASSERT_TRUE(small.ok()) << small.status();
    if (id < 5) continue;
    EXPECT_EQ(task->Contents().size(), 1u);
    EXPECT_EQ(Restored(storage_, *small).size(), 1u);
  }
}

TEST_F(TimeToLiveTest, WhatNobodyLookedAtIsLeftOutWhenFilesAreFolded) {
  std::vector<KeyedStateHandle> handles;
  {
    auto task = Open({.ms = 1000});
    std::vector<std::string> keys;
    for (int i = 0; i < 1000; ++i) keys.push_back(std::to_string(i));
    task->Add(0, keys, 1, "text");
    handles = task->Snapshot(1).value();
    EXPECT_GT(handles[0].delta(0).content().size(), 5000u);
  }
  auto task = Open({.ms = 1000}, handles, /*read_at_once_bytes=*/0);
  test_clock.Advance(1000);
  for (int64_t id = 2; handles[0].base_size() == 0; ++id) {
    task->Add(0, {"new"}, 1, "text");
    handles = task->Snapshot(id).value();
  }
  EXPECT_LT(handles[0].base(0).content().size(), 1000u);
  EXPECT_EQ(task->Contents().size(), 1u);
}

TEST_F(TimeToLiveTest, BeginsWhenStateHadNone) {
  std::vector<KeyedStateHandle> handles;
  {
    auto task = Open({});
    task->Add(0, {"a", "b"}, 1, "text");
    handles = task->Snapshot(1).value();
  }
  auto task = Open({.ms = 100}, handles);
  test_clock.Advance(50);  // the sweep comes by
  ASSERT_EQ(task->state->MakeRoom(), OkStatus());
  EXPECT_EQ(task->Contents().size(), 2u);
  test_clock.Advance(60);
  task->Add(0, {"a"}, 1, "text");
  test_clock.Advance(60);
  ASSERT_EQ(task->state->MakeRoom(), OkStatus());
  EXPECT_EQ(task->Get(0, "a"), (Cell{2, "text"}));
  EXPECT_EQ(task->Get(0, "b"), std::nullopt);
}

// What a checkpoint has from before there was a time to live must not come back when what was
// written above it is dead and gone from the cold store.
TEST_F(TimeToLiveTest, WhatWasDeadBelowStaysDead) {
  std::vector<KeyedStateHandle> handles;
  {
    auto task = Open({});
    task->Add(0, {"a"}, 1, "old");
    handles = task->Snapshot(1).value();
  }
  auto task = Open({.ms = 100}, handles, /*read_at_once_bytes=*/0, /*budget=*/1);
  task->Add(0, {"a"}, 1, "new");
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(task->state->MakeRoom(), OkStatus());
  }
  ASSERT_GT(task->state->spilled_entries(), 0u);
  EXPECT_EQ(task->Get(0, "a"), (Cell{2, "new"}));
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(task->state->MakeRoom(), OkStatus());
  }
  test_clock.Advance(100);
  ASSERT_EQ(task->state->MakeRoom(), OkStatus());
  EXPECT_EQ(task->Get(0, "a"), std::nullopt);
  EXPECT_TRUE(task->Contents().empty());
}

// ---- Memory

class SharedMemoryTest : public TaskStateTest {
 protected:
  struct Owner {
    std::unique_ptr<TaskState> state;
    SlotTable* table = nullptr;
  };
  Owner Open(const std::vector<KeyedStateHandle>& handles = {}) {
    TaskState::Config config;
    config.storage = storage_;
    config.key_groups = kAll;
    config.max_parallelism = kMaxParallelism;
    config.memory = budget_;
    config.cold_store = [] { return StatusOr<std::unique_ptr<ColdStore>>(MakeMemoryColdStore()); };
    config.read_at_once_bytes = 0;
    Owner owner{std::make_unique<TaskState>(std::move(config))};
    EXPECT_EQ(owner.state->Restore("agg", handles), OkStatus());
    owner.table = owner.state->ForOperator("agg").OpenSlotTable("t", TestLayout()).value();
    return owner;
  }
  static void Add(SlotTable* table, int first, int count) {
    std::vector<std::string> keys;
    for (int i = first; i < first + count; ++i) keys.push_back("key " + std::to_string(i));
    const EncodedKeys encoded = TestTask::Encode(keys);
    std::vector<uint32_t> rows(keys.size());
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<uint32_t>(i);
    std::vector<Slot> slots(keys.size());
    std::vector<uint8_t> is_new(keys.size());
    ASSERT_EQ(table->Resolve(0, encoded, rows, slots, is_new), OkStatus());
    for (Slot& slot : slots) slot.Set<int64_t>(0, slot.Get<int64_t>(0) + 1);
  }
  static size_t Count(SlotTable* table) {
    size_t count = 0;
    uint64_t cursor = 0;
    do {
      EXPECT_EQ(table->Scan(0, cursor, 100,
                            [&](auto, auto, Slot slot) {
                              EXPECT_EQ(slot.Get<int64_t>(0), 1);
                              ++count;
                            }),
                OkStatus());
    } while (cursor != 0);
    return count;
  }

  std::shared_ptr<MemoryBudget> budget_ = std::make_shared<MemoryBudget>(400'000);
};

TEST_F(SharedMemoryTest, ATaskThatRestsMakesRoomForOneThatWorks) {
  Owner rests = Open(), works = Open();
  for (int i = 0; i < 40; ++i) Add(rests.table, i * 100, 100);
  EXPECT_GT(budget_->held(), 250'000u);
  for (int i = 0; i < 40; ++i) {
    ASSERT_EQ(rests.state->MakeRoom(), OkStatus());  // it is woken
    Add(works.table, i * 100, 100);
    ASSERT_LE(budget_->held(), 450'000u);
  }
  EXPECT_GT(rests.state->spilled_entries(), 0u);
  EXPECT_GT(works.state->hot_bytes(), 150'000u) << "it has not got its part";
  EXPECT_EQ(Count(rests.table), 4000u);
  EXPECT_EQ(Count(works.table), 4000u);
}

TEST_F(SharedMemoryTest, WhatLeavesMemoryWhileACheckpointIsLoadedIsFoundAgain) {
  std::vector<KeyedStateHandle> handles;
  {
    Owner writer = Open();
    Add(writer.table, 0, 2000);
    ASSERT_EQ(writer.state->BeginSnapshot(CheckpointId(1)), OkStatus());
    ASSERT_TRUE(writer.state->SnapshotSome(SIZE_MAX));
    handles = writer.state->TakeWork()().value().keyed["agg"];
  }
  Owner owner = Open(handles);
  ASSERT_FALSE(owner.state->WarmSome(1000).value());
  {
    std::vector<std::unique_ptr<MemoryShare>> others;
    for (int i = 0; i < 19; ++i) others.push_back(budget_->NewShare());
    others[0]->Hold(390'000);
    ASSERT_EQ(owner.state->MakeRoom(), OkStatus());
    ASSERT_EQ(owner.state->MakeRoom(), OkStatus());
  }
  EXPECT_EQ(owner.state->spilled_entries(), 0u) << "what the checkpoint holds was written again";
  EXPECT_LT(owner.state->hot_entries(), 900u);
  while (!owner.state->WarmSome(1000).value()) {
  }
  EXPECT_EQ(Count(owner.table), 2000u);
  for (int i = 0; i < 2000; i += 7) {
    const EncodedKeys key = TestTask::Encode({"key " + std::to_string(i)});
    const uint32_t row = 0;
    Slot slot;
    ASSERT_EQ(owner.table->Find(0, key, {&row, 1}, {&slot, 1}), OkStatus());
    ASSERT_NE(slot.data, nullptr) << i;
  }
}

// ---- Eviction

// Counts what is written, and keeps it.
class CountingColdStore : public ColdStore {
 public:
  explicit CountingColdStore(int64_t* runs) : runs_(runs) {}
  Status WriteRun(std::span<const Entry> run) override {
    ++*runs_;
    return store_->WriteRun(run);
  }
  Status Read(std::span<const std::string> keys,
              std::span<std::optional<std::string>> values) override {
    return store_->Read(keys, values);
  }
  StatusOr<bool> Scan(std::string_view begin, std::string_view end, size_t limit,
                      const Visitor& visit) override {
    return store_->Scan(begin, end, limit, visit);
  }
  StatusOr<bool> ScanBack(std::string_view begin, std::string_view end, size_t limit,
                          const Visitor& visit) override {
    return store_->ScanBack(begin, end, limit, visit);
  }
  Status DropRange(std::string_view begin, std::string_view end) override {
    return store_->DropRange(begin, end);
  }

 private:
  int64_t* const runs_;
  const std::unique_ptr<ColdStore> store_ = MakeMemoryColdStore();
};

class EvictionTest : public TaskStateTest {};

// A run is a file of a real cold store: key by key they would take longer than a heartbeat. The
// changes that wait for a checkpoint are more than the budget here.
TEST_F(EvictionTest, OneKeyAtATimeIsNotWrittenOneAtATime) {
  constexpr int kKeys = 20'000;
  int64_t runs = 0;
  auto task = std::make_unique<TestTask>(storage_, kAll);
  task->state = std::make_unique<TaskState>(TaskState::Config{
      .storage = storage_,
      .key_groups = kAll,
      .max_parallelism = kMaxParallelism,
      .memory = std::make_shared<MemoryBudget>(1 << 20),
      .cold_store =
          [&runs] {
            return StatusOr<std::unique_ptr<ColdStore>>(std::make_unique<CountingColdStore>(&runs));
          },
      .scratch_dir = testing::TempDir(),
      .clock = &test_clock});
  ASSERT_EQ(task->state->Restore("agg", {}), OkStatus());
  task->table = task->state->ForOperator("agg").OpenSlotTable("t", TestLayout()).value();
  for (int i = 0; i < kKeys; ++i) {
    task->Add(0, {"key " + std::to_string(i)}, 1, std::string(200, 'x'));
  }
  EXPECT_GT(runs, 0);
  EXPECT_LT(runs, kKeys / 50);
  EXPECT_EQ(task->Get(0, "key 17"), (Cell{1, std::string(200, 'x')}));
}

}  // namespace
}  // namespace weir
