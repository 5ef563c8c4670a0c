#include "state/task_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "common/data/column_builder.h"
#include "common/fs/simulated_file_system.h"
#include "state/memory/memory_cold_store.h"

namespace weir {
namespace {

using checkpoint::KeyedStateHandle;
using testing::HasSubstr;

constexpr int32_t kMaxParallelism = 32;

SlotLayout TestLayout() {
  return SlotLayout({{"count", SlotFieldKind::kFixed, 8},
                     {"flag", SlotFieldKind::kFixed, 1},
                     {"text", SlotFieldKind::kBytes, 16}});
}

struct Cell {
  int64_t count = 0;
  std::string text;
  friend bool operator==(const Cell&, const Cell&) = default;
};
using Model = std::map<std::pair<int64_t, std::string>, Cell>;  // (slice, key)

std::shared_ptr<CheckpointStorage> MakeStorage(std::shared_ptr<FileSystem> fs,
                                               const std::string& dir = "job") {
  return std::make_shared<CheckpointStorage>(std::move(fs), dir);
}

// How a task deals with what it was restored from, and with changes that no snapshot has yet.
enum class Habit {
  kEager,   // read at once; in memory
  kLazy,    // read when it is asked for; in a file
  kForget,  // as kLazy, and what was not written for kTtlMs is forgotten
};
constexpr int64_t kTtlMs = 1000;

class TestClock : public Clock {
 public:
  Timestamp WallNow() const override { return wall; }
  int64_t MonotonicNanos() const override { return nanos; }
  void Advance(int64_t ms) {
    wall += ms;
    nanos += ms * 1'000'000;
  }
  Timestamp wall = 1'000'000;
  int64_t nanos = 77;
};
TestClock test_clock;

// One task with one table, driven by string keys.
class TestTask {
 public:
  TestTask(std::shared_ptr<CheckpointStorage> storage, KeyGroupRange range,
           const std::vector<KeyedStateHandle>& restored = {}, uint64_t budget = 0,
           SlotLayout layout = TestLayout(), std::string uid = "agg",
           KeyForm keys = KeyForm::kWhole, Habit habit = Habit::kEager) {
    TaskState::Config config;
    config.storage = std::move(storage);
    config.key_groups = range;
    config.max_parallelism = kMaxParallelism;
    if (budget > 0) {
      config.memory = std::make_shared<MemoryBudget>(budget);
      config.cold_store = [] {
        return StatusOr<std::unique_ptr<ColdStore>>(MakeMemoryColdStore());
      };
    }
    config.clock = &test_clock;
    if (habit != Habit::kEager) {
      config.read_at_once_bytes = 0;
      config.scratch_dir = testing::TempDir();
      config.spill_changes_bytes = 500;
    }
    state = std::make_unique<TaskState>(std::move(config));
    status = state->Restore(uid, restored);
    if (!status.ok()) return;
    if (habit == Habit::kForget) state->ForOperator(uid).SetTimeToLive({.ms = kTtlMs});
    StatusOr<SlotTable*> opened =
        state->ForOperator(uid).OpenSlotTable("t", std::move(layout), keys);
    status = opened.status();
    if (opened.ok()) table = *opened;
  }

  static EncodedKeys Encode(const std::vector<std::string>& keys) {
    std::vector<Value> cells(keys.begin(), keys.end());
    std::vector<ColumnPtr> columns = {ColumnOf(DataType::String(), cells)};
    EncodedKeys out;
    KeyCodec({DataType::String()}).Encode(columns, keys.size(), out);
    return out;
  }
  static int32_t GroupOf(const std::string& key) {
    return KeyGroupOf(Encode({key}).hash(0), kMaxParallelism);
  }

  // Adds `n` to the count of each key and sets its text; says which were new.
  std::vector<uint8_t> Add(int64_t slice, const std::vector<std::string>& keys, int64_t n,
                           const std::string& text) {
    EncodedKeys encoded = Encode(keys);
    std::vector<uint32_t> rows(keys.size());
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<uint32_t>(i);
    std::vector<Slot> slots(keys.size());
    std::vector<uint8_t> is_new(keys.size());
    EXPECT_EQ(table->Resolve(slice, encoded, rows, slots, is_new), OkStatus());
    for (Slot& slot : slots) {
      slot.Set<int64_t>(0, slot.Get<int64_t>(0) + n);
      slot.SetBytes(16, text);
    }
    return is_new;
  }
  std::optional<Cell> Get(int64_t slice, const std::string& key) {
    EncodedKeys encoded = Encode({key});
    std::vector<uint32_t> rows = {0};
    std::vector<Slot> slots(1);
    EXPECT_EQ(table->Find(slice, encoded, rows, slots), OkStatus());
    if (slots[0].data == nullptr) return std::nullopt;
    return Cell{slots[0].Get<int64_t>(0), std::string(slots[0].GetBytes(16))};
  }
  void Erase(int64_t slice, const std::string& key) {
    EncodedKeys encoded = Encode({key});
    EXPECT_EQ(table->Erase(slice, encoded.key(0), encoded.hash(0)), OkStatus());
  }
  Model Contents(size_t limit = 7) {
    Model all;
    const std::vector<int64_t> slices = table->Slices();
    for (int64_t slice : slices) {
      uint64_t cursor = 0;
      do {
        Status s =
            table->Scan(slice, cursor, limit, [&](std::string_view key, uint64_t hash, Slot slot) {
              EXPECT_EQ(hash, KeyCodec::Hash(key));
              ColumnBuilder builder(DataType::String());
              ColumnBuilder* out[] = {&builder};
              KeyCodec({DataType::String()}).Decode(key, out);
              std::string text = builder.Finish()->GetValue(0).string();
              bool fresh = all.insert({{slice, text},
                                       {slot.Get<int64_t>(0), std::string(slot.GetBytes(16))}})
                               .second;
              EXPECT_TRUE(fresh) << "visited twice: " << text;
            });
        EXPECT_EQ(s, OkStatus());
      } while (cursor != 0);
    }
    return all;
  }

  StatusOr<std::vector<KeyedStateHandle>> Snapshot(int64_t id, bool complete = true) {
    RETURN_IF_ERROR(state->BeginSnapshot(CheckpointId(id)));
    while (!state->SnapshotSome(3)) {
    }
    StatusOr<SnapshotResult> result = state->TakeWork()();
    if (!result.ok()) return result.status();
    if (complete) state->CheckpointCompleted(CheckpointId(id));
    return result->keyed["agg"];
  }

  std::unique_ptr<TaskState> state;
  Status status;
  SlotTable* table = nullptr;
};

const KeyGroupRange kAll = {0, kMaxParallelism - 1};

Model Restored(std::shared_ptr<CheckpointStorage> storage,
               const std::vector<KeyedStateHandle>& handles) {
  TestTask task(storage, kAll, handles);
  EXPECT_EQ(task.status, OkStatus());
  return task.status.ok() ? task.Contents() : Model{};
}

// ---- The table

TEST(SlotTableTest, MakesFindsAndErases) {
  TestTask task(nullptr, kAll);
  EXPECT_THAT(task.Add(0, {"a", "b", "a"}, 1, "x"), testing::ElementsAre(1, 1, 0));
  EXPECT_THAT(task.Add(0, {"b", "c"}, 5, "y"), testing::ElementsAre(0, 1));
  EXPECT_EQ(task.Get(0, "a"), (Cell{2, "x"}));
  EXPECT_EQ(task.Get(0, "b"), (Cell{6, "y"}));
  EXPECT_EQ(task.Get(0, "none"), std::nullopt);
  EXPECT_EQ(task.Get(60, "a"), std::nullopt);
  task.Add(60, {"a"}, 9, "z");
  EXPECT_EQ(task.table->EntryCount(), 4u);
  EXPECT_THAT(task.table->Slices(), testing::ElementsAre(0, 60));
  task.Erase(0, "a");
  task.Erase(0, "a");
  task.Erase(7, "a");
  EXPECT_EQ(task.Get(0, "a"), std::nullopt);
  EXPECT_EQ(task.table->EntryCount(), 3u);
  EXPECT_THAT(task.Add(0, {"a"}, 1, ""), testing::ElementsAre(1));
  EXPECT_EQ(task.Get(0, "a"), (Cell{1, ""}));
  EXPECT_EQ(task.table->DropSlice(0), OkStatus());
  EXPECT_EQ(task.table->DropSlice(0), OkStatus());
  EXPECT_EQ(task.Contents(), (Model{{{60, "a"}, {9, "z"}}}));
  EXPECT_EQ(task.table->EntryCount(), 1u);
  EXPECT_EQ(task.table->DropSlice(60), OkStatus());
  EXPECT_EQ(task.state->hot_bytes(), 0u);
}

TEST(SlotTableTest, ManyKeysStayApart) {
  TestTask task(nullptr, kAll);
  std::vector<std::string> keys;
  for (int i = 0; i < 30000; ++i) keys.push_back("key of some length " + std::to_string(i));
  for (size_t begin = 0; begin < keys.size(); begin += 1000) {
    std::vector<std::string> part(keys.begin() + begin, keys.begin() + begin + 1000);
    task.Add(0, part, static_cast<int64_t>(begin), "");
  }
  for (size_t i = 0; i < keys.size(); i += 2) task.Erase(0, keys[i]);
  EXPECT_EQ(task.table->EntryCount(), 15000u);
  for (size_t i = 0; i < keys.size(); i += 97) {
    std::optional<Cell> expected;
    if (i % 2) expected = Cell{static_cast<int64_t>(i / 1000 * 1000), ""};
    EXPECT_EQ(task.Get(0, keys[i]), expected) << i;
  }
}

TEST(SlotTableTest, ByteStringsThatChangeDoNotPileUp) {
  TestTask task(nullptr, kAll);
  for (int i = 0; i < 20000; ++i) task.Add(0, {"a", "a longer key"}, 1, std::string(500, 'x'));
  EXPECT_LT(task.state->hot_bytes(), 1u << 20);
  EXPECT_EQ(task.Get(0, "a longer key"), (Cell{20000, std::string(500, 'x')}));
}

// ---- Snapshots

class TaskStateTest : public testing::Test {
 protected:
  std::shared_ptr<SimulatedFileSystem> fs_ = std::make_shared<SimulatedFileSystem>();
  std::shared_ptr<CheckpointStorage> storage_ = MakeStorage(fs_);
};

TEST_F(TaskStateTest, NothingAfterTheBarrierGetsIn) {
  TestTask task(storage_, kAll);
  task.Add(1, {"changed", "kept", "erased"}, 1, "before");
  task.Add(2, {"dropped"}, 2, "before");
  task.Add(3, {"dropped and back"}, 3, "before");
  const Model at_barrier = task.Contents();
  ASSERT_EQ(task.state->BeginSnapshot(CheckpointId(1)), OkStatus());
  task.Add(1, {"changed", "new"}, 10, "after");
  task.Erase(1, "erased");
  EXPECT_EQ(task.table->DropSlice(2), OkStatus());
  EXPECT_EQ(task.table->DropSlice(3), OkStatus());
  task.Add(3, {"dropped and back", "new"}, 30, "after");
  while (!task.state->SnapshotSome(1)) task.Add(1, {"kept"}, 1, "during");
  SnapshotWork work = task.state->TakeWork();
  task.Add(1, {"changed", "erased"}, 100, "later");
  const Model now = task.Contents();
  auto first = work();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(Restored(storage_, first->keyed["agg"]), at_barrier);

  task.state->CheckpointCompleted(CheckpointId(1));
  auto second = task.Snapshot(2);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(Restored(storage_, *second), now);
  EXPECT_EQ(Restored(storage_, first->keyed["agg"]), at_barrier);  // still
}

// What a null in a single column of fixed width encodes to: no bytes, no memory behind them.
TEST_F(TaskStateTest, TheEmptyKeyIsAKeyLikeAny) {
  TestTask task(storage_, kAll);
  EncodedKeys keys;
  keys.Append({}, KeyCodec::Hash({}));
  const uint32_t row = 0;
  Slot slot;
  uint8_t is_new = 0;
  for (bool first : {true, false}) {
    ASSERT_EQ(task.table->Resolve(0, keys, {&row, 1}, {&slot, 1}, {&is_new, 1}), OkStatus());
    EXPECT_EQ(is_new != 0, first);
  }
  ASSERT_EQ(task.table->Erase(0, keys.key(0), keys.hash(0)), OkStatus());
  ASSERT_EQ(task.table->Find(0, keys, {&row, 1}, {&slot, 1}), OkStatus());
  EXPECT_EQ(slot.data, nullptr);
}

TEST_F(TaskStateTest, ASliceThatOpenedAndFiredBetweenBarriersLeavesNoTrace) {
  TestTask task(storage_, kAll);
  task.Add(1, {"a"}, 1, "");
  ASSERT_TRUE(task.Snapshot(1).ok());
  auto before = task.Snapshot(2);
  for (int i = 0; i < 100; ++i) {
    task.Add(5, {"x" + std::to_string(i)}, 1, "");
    task.Erase(5, "x" + std::to_string(i));
  }
  EXPECT_EQ(task.table->DropSlice(5), OkStatus());
  auto after = task.Snapshot(3);
  ASSERT_TRUE(before.ok() && after.ok());
  ASSERT_EQ(after->size(), 1u);
  EXPECT_EQ((*after)[0].delta_size(), (*before)[0].delta_size());
}

TEST_F(TaskStateTest, WhatAnAbortedSnapshotHeldIsInTheNext) {
  for (int stage = 0; stage < 4; ++stage) {
    TestTask task(storage_, kAll);
    task.Add(0, {"a", "b", "c", "d", "e"}, 1, "one");
    ASSERT_TRUE(task.Snapshot(1).ok());
    task.Add(0, {"a", "b"}, 1, "two");
    task.Erase(0, "c");
    ASSERT_EQ(task.state->BeginSnapshot(CheckpointId(2)), OkStatus());
    if (stage > 0) task.state->SnapshotSome(1);
    if (stage > 1) {
      while (!task.state->SnapshotSome(1)) {
      }
      SnapshotWork work = task.state->TakeWork();
      if (stage > 2) {
        ASSERT_TRUE(work().ok());
      }
    }
    if (stage != 1) task.state->Abort(CheckpointId(2));  // stage 1: the next barrier says it
    task.Add(0, {"f"}, 1, "three");
    const Model now = task.Contents();
    auto third = task.Snapshot(3);
    ASSERT_TRUE(third.ok());
    EXPECT_EQ(Restored(storage_, *third), now) << "stage " << stage;
    task.state->Abort(CheckpointId(2));  // late news changes nothing
    task.state->CheckpointCompleted(CheckpointId(2));
    EXPECT_EQ(task.Contents(), now);
  }
}

TEST_F(TaskStateTest, ABarrierMayOvertakeTheNewsOfTheCheckpointBefore) {
  TestTask task(storage_, kAll);
  for (int64_t id = 1; id <= 30; ++id) {
    task.Add(0, {"a" + std::to_string(id % 7)}, id, "");
    auto handles = task.Snapshot(id, /*complete=*/false);
    ASSERT_TRUE(handles.ok());
    EXPECT_EQ(Restored(storage_, *handles), task.Contents());
    if (id > 1) task.state->CheckpointCompleted(CheckpointId(id - 1));
    ASSERT_LE((*handles)[0].delta_size(), 16) << "never folded";
  }
}

TEST_F(TaskStateTest, SnapshotsNameOnlyFilesOfCompletedCheckpoints) {
  TestTask task(storage_, kAll);
  std::set<int64_t> completed;
  for (int64_t id = 1; id <= 40; ++id) {
    std::vector<std::string> keys;
    for (int i = 0; i < 1500; ++i) keys.push_back(std::to_string(i * id % 5000));
    task.Add(0, keys, 1, std::string(60, 'x'));
    auto handles = task.Snapshot(id, false);
    ASSERT_TRUE(handles.ok());
    for (const KeyedStateHandle& handle : *handles) {
      for (const auto* list : {&handle.base(), &handle.delta()}) {
        for (const auto& file : *list) {
          EXPECT_TRUE(file.checkpoint_id() == id || completed.count(file.checkpoint_id()) > 0)
              << file.path() << " in checkpoint " << id;
        }
      }
    }
    if (id % 3 == 0) {
      task.state->Abort(CheckpointId(id));
    } else {
      task.state->CheckpointCompleted(CheckpointId(id));
      completed.insert(id);
    }
  }
}

TEST_F(TaskStateTest, AFailedWriteIsMadeUpForByTheNextSnapshot) {
  TestTask task(storage_, kAll);
  std::vector<std::string> keys;
  for (int i = 0; i < 3000; ++i) keys.push_back(std::to_string(i));
  task.Add(0, keys, 1, std::string(40, 'x'));
  fs_->SetHook([](const std::string& operation) {
    return operation.starts_with("sync") ? ResourceExhaustedError(operation + ": disk full")
                                         : OkStatus();
  });
  auto failed = task.Snapshot(1, false);
  EXPECT_EQ(failed.status().code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(failed.status().message(), HasSubstr("snapshot of table t of operator agg: sync "));
  task.state->Abort(CheckpointId(1));
  EXPECT_TRUE(fs_->Files().empty());
  fs_->SetHook(nullptr);
  auto second = task.Snapshot(2);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(Restored(storage_, *second), task.Contents());
}

TEST_F(TaskStateTest, WithoutStorageSnapshotsAreEmpty) {
  TestTask task(nullptr, kAll);
  task.Add(0, {"a"}, 1, "");
  auto handles = task.Snapshot(1);
  ASSERT_TRUE(handles.ok());
  EXPECT_TRUE(handles->empty());
}

// ---- Restoring

TEST_F(TaskStateTest, RefusesWhatDoesNotFit) {
  TestTask task(storage_, kAll);
  task.Add(0, {"a", "b", "c"}, 1, "x");
  std::vector<KeyedStateHandle> handles = task.Snapshot(1).value();
  const auto refused = [&](const std::vector<KeyedStateHandle>& h, KeyGroupRange range = kAll,
                           SlotLayout layout = TestLayout(), const std::string& uid = "agg") {
    return TestTask(storage_, range, h, 0, std::move(layout), uid).status;
  };
  EXPECT_EQ(refused(handles), OkStatus());
  EXPECT_EQ(
      refused({handles[0], handles[0]}),
      DataLossError("table t of operator agg: key group 0 is in two parts of the checkpoint"));
  std::vector<KeyedStateHandle> part = handles;
  part[0].set_last_key_group(20);
  EXPECT_EQ(refused(part), DataLossError("table t of operator agg: key group 21 is in no part of "
                                         "the checkpoint"));
  EXPECT_EQ(refused(part, {0, 20}), OkStatus());
  part[0].set_first_key_group(3);
  EXPECT_EQ(refused(part, {0, 20}).code(), StatusCode::kDataLoss);
  EXPECT_THAT(refused(handles, kAll, TestLayout(), "other").ToString(),
              HasSubstr("data loss: state file (inside checkpoint 1: table t of operator other, "
                        "key groups 0 to 31) is not what the checkpoint wrote"));
  EXPECT_THAT(refused(handles, kAll, SlotLayout({{"count", SlotFieldKind::kFixed, 4}})).ToString(),
              HasSubstr("field count has another width or kind (4 bytes, stored 8)"));

  // A file that does not cover what its handle says.
  TestTask half(storage_, {0, 15});
  std::vector<KeyedStateHandle> stretched = half.Snapshot(1).value();
  half.Add(0, {"a", "b", "c", "d"}, 1, "x");
  stretched = half.Snapshot(2).value();
  stretched[0].set_last_key_group(31);
  EXPECT_THAT(refused(stretched).message(), HasSubstr("does not cover key groups 0 to 31"));
}

TEST_F(TaskStateTest, FieldsAreMatchedByName) {
  TestTask task(storage_, kAll);
  task.Add(0, {"a"}, 7, "text");
  std::vector<KeyedStateHandle> handles = task.Snapshot(1).value();
  const SlotLayout changed({{"added", SlotFieldKind::kFixed, 16},
                            {"text", SlotFieldKind::kBytes, 16},
                            {"count", SlotFieldKind::kFixed, 8}});
  TestTask migrated(storage_, kAll, handles, 0, changed);
  ASSERT_EQ(migrated.status, OkStatus());
  const auto check = [&](TestTask& t) {
    std::vector<uint32_t> rows = {0};
    std::vector<Slot> slots(1);
    ASSERT_EQ(t.table->Find(0, TestTask::Encode({"a"}), rows, slots), OkStatus());
    ASSERT_NE(slots[0].data, nullptr);
    EXPECT_EQ(slots[0].Get<int64_t>(changed.offset(0)), 0);
    EXPECT_EQ(slots[0].GetBytes(changed.offset(1)), "text");
    EXPECT_EQ(slots[0].Get<int64_t>(changed.offset(2)), 7);
  };
  check(migrated);
  // Old and new fields in one share, and folded into one base.
  for (int64_t id = 2; id < 40; ++id) {
    EncodedKeys keys = TestTask::Encode({"b" + std::to_string(id)});
    std::vector<uint32_t> rows = {0};
    std::vector<Slot> slots(1);
    std::vector<uint8_t> is_new(1);
    ASSERT_EQ(migrated.table->Resolve(0, keys, rows, slots, is_new), OkStatus());
    auto next = migrated.Snapshot(id);
    ASSERT_TRUE(next.ok()) << next.status();
    TestTask again(storage_, kAll, *next, 0, changed);
    ASSERT_EQ(again.status, OkStatus());
    EXPECT_EQ(again.table->EntryCount(), static_cast<uint64_t>(id));
    check(again);
  }
}

TEST_F(TaskStateTest, SlotsOfAScanStayWhenTheScanIsOver) {
  for (uint64_t budget : {0, 1}) {
    SCOPED_TRACE(budget);
    TestTask task(nullptr, kAll, {}, budget);
    for (int i = 0; i < 500; ++i) {
      task.Add(0, {"key " + std::to_string(i)}, i, "text " + std::to_string(i));
    }
    std::map<int64_t, std::string> seen;
    uint64_t cursor = 0;
    do {
      std::vector<Slot> slots;
      ASSERT_EQ(
          task.table->Scan(0, cursor, 64,
                           [&](std::string_view, uint64_t, Slot slot) { slots.push_back(slot); }),
          OkStatus());
      for (Slot slot : slots) seen[slot.Get<int64_t>(0)] = slot.GetBytes(16);
    } while (cursor != 0);
    EXPECT_EQ(seen.size(), 500u);
    for (const auto& [n, text] : seen) EXPECT_EQ(text, "text " + std::to_string(n));
  }
}

// In memory, in the cold store, in delta and base files, after a rescale.
TEST_F(TaskStateTest, AKeyWithinAnotherStaysInItsKeyGroup) {
  const auto encode = [](const std::string& outer, int64_t inner) {
    const EncodedKeys whole = TestTask::Encode({outer});
    EncodedKeys out;
    std::string scratch;
    AppendInnerKey(whole.key(0), whole.hash(0), std::to_string(inner), out, scratch);
    return out;
  };
  const std::vector<uint32_t> first = {0};
  for (uint64_t budget : {0, 1}) {
    SCOPED_TRACE(budget);
    auto storage = MakeStorage(std::make_shared<SimulatedFileSystem>());
    TestTask task(storage, kAll, {}, budget, TestLayout(), "agg", KeyForm::kInner);
    std::vector<std::string> outers;
    for (int i = 0; i < 20; ++i) outers.push_back("group " + std::to_string(i));
    std::vector<KeyedStateHandle> handles;
    std::vector<Slot> slot(1);
    std::vector<uint8_t> is_new(1);
    for (int64_t id = 1; id <= 20; ++id) {
      for (const std::string& outer : outers) {
        ASSERT_EQ(task.table->Resolve(0, encode(outer, id), first, slot, is_new), OkStatus());
      }
      handles = task.Snapshot(id).value();
    }
    size_t found = 0;
    for (KeyGroupRange range : {KeyGroupRange{0, 9}, KeyGroupRange{10, kMaxParallelism - 1}}) {
      TestTask part(storage, range, handles, budget, TestLayout(), "agg", KeyForm::kInner);
      ASSERT_EQ(part.status, OkStatus());
      for (const std::string& outer : outers) {
        if (!range.Contains(TestTask::GroupOf(outer))) continue;
        for (int64_t id = 1; id <= 20; ++id) {
          ASSERT_EQ(part.table->Find(0, encode(outer, id), first, slot), OkStatus());
          EXPECT_NE(slot[0].data, nullptr) << outer << " " << id;
        }
      }
      uint64_t cursor = 0;
      do {
        ASSERT_EQ(part.table->Scan(0, cursor, 7,
                                   [&](std::string_view key, uint64_t hash, Slot) {
                                     EXPECT_EQ(hash, HashOf(KeyForm::kInner, key));
                                     ++found;
                                   }),
                  OkStatus());
      } while (cursor != 0);
    }
    EXPECT_EQ(found, 20 * outers.size());
  }
}

TEST_F(TaskStateTest, StateFromElsewhereIsWrittenAnew) {
  auto elsewhere = MakeStorage(fs_, "/other");
  TestTask task(elsewhere, kAll);
  std::vector<std::string> keys;
  for (int i = 0; i < 3000; ++i) keys.push_back(std::to_string(i));
  task.Add(0, keys, 1, std::string(40, 'x'));
  checkpoint::CheckpointManifest manifest;
  const std::vector<KeyedStateHandle> handles = task.Snapshot(1).value();
  for (const KeyedStateHandle& handle : handles) {
    auto* op = manifest.add_tasks()->add_operators();
    *op->add_keyed() = handle;
  }
  MakePathsAbsolute("/other/chk-1", manifest);
  const auto& op = manifest.tasks(0).operators(0);
  TestTask restored(storage_, kAll, {op.keyed().begin(), op.keyed().end()});
  ASSERT_EQ(restored.status, OkStatus());
  EXPECT_EQ(restored.Contents(), task.Contents());
  std::vector<KeyedStateHandle> own = restored.Snapshot(1).value();
  ASSERT_EQ(own.size(), 1u);
  ASSERT_EQ(own[0].base_size(), 1);
  EXPECT_EQ(own[0].delta_size(), 0);
  EXPECT_TRUE(own[0].base(0).path().starts_with("shared/1-"));
  EXPECT_EQ(Restored(storage_, own), task.Contents());
}

// Each byte of each file and each inline share is damaged: refused by name, or the same answer.
TEST_F(TaskStateTest, EveryDamagedByteIsRefused) {
  TestTask task(storage_, kAll);
  std::vector<std::string> keys;
  for (int i = 0; i < 1200; ++i) keys.push_back(std::to_string(i));
  for (int64_t id = 1; id <= 4; ++id) {  // the fourth folds
    task.Add(id, keys, id, std::string(50, 'x'));
    if (id == 3) {
      EXPECT_EQ(task.table->DropSlice(1), OkStatus());
    }
    ASSERT_TRUE(task.Snapshot(id).ok());
  }
  for (int i = 0; i < 9; ++i) keys.pop_back();
  task.Add(7, keys, 1, std::string(50, 'y'));
  ASSERT_TRUE(task.Snapshot(5).ok());
  task.Erase(7, "3");
  std::vector<KeyedStateHandle> handles = task.Snapshot(6).value();
  const Model expected = task.Contents();
  ASSERT_EQ(handles.size(), 1u);
  ASSERT_EQ(handles[0].base_size(), 1);
  ASSERT_EQ(handles[0].delta_size(), 2);
  ASSERT_FALSE(handles[0].delta(0).path().empty());
  ASSERT_EQ(Restored(storage_, handles), expected);
  std::mt19937_64 random(1);

  for (const std::string& path : {handles[0].base(0).path(), handles[0].delta(0).path()}) {
    const std::string name = "job/" + path;
    const std::string bytes = fs_->ReadWhole(name, 1 << 30).value();
    std::vector<size_t> places = {0, 8, 12, bytes.size() - 1, bytes.size() - 48};
    for (size_t i = 0; i < 300; ++i) places.push_back(i);  // all of the header
    for (int i = 0; i < 300; ++i) places.push_back(random() % bytes.size());
    for (size_t place : places) {
      std::string damaged = bytes;
      damaged[place] = static_cast<char>(damaged[place] ^ (1 << random() % 8));
      fs_->Overwrite(name, damaged);
      Status s = TestTask(storage_, kAll, handles).status;
      ASSERT_EQ(s.code(), StatusCode::kDataLoss) << s << " at " << place;
      ASSERT_THAT(s.message(), HasSubstr(path));
    }
    fs_->Overwrite(name, bytes.substr(0, bytes.size() - 1));
    EXPECT_EQ(TestTask(storage_, kAll, handles).status.code(), StatusCode::kDataLoss);
    fs_->Overwrite(name, bytes);
  }
  const std::string content = handles[0].delta(1).content();
  for (size_t place = 0; place < content.size(); ++place) {
    std::vector<KeyedStateHandle> damaged = handles;
    (*damaged[0].mutable_delta(1)->mutable_content())[place] ^= 4;
    ASSERT_EQ(TestTask(storage_, kAll, damaged).status.code(), StatusCode::kDataLoss);
    damaged[0].mutable_delta(1)->set_content(content.substr(0, place));
    ASSERT_EQ(TestTask(storage_, kAll, damaged).status.code(), StatusCode::kDataLoss);
  }
  // One file in the place of another.
  std::string base = fs_->ReadWhole("job/" + handles[0].base(0).path(), 1 << 30).value();
  std::vector<KeyedStateHandle> swapped = handles;
  swapped[0].mutable_delta(0)->set_length(base.size());
  fs_->Overwrite("job/" + handles[0].delta(0).path(), base);
  EXPECT_THAT(TestTask(storage_, kAll, swapped).status.message(),
              HasSubstr("is not what the checkpoint wrote: it was written as"));
}

// ---- Time to live

class TimeToLiveTest : public TaskStateTest {
 protected:
  std::unique_ptr<TestTask> Open(TimeToLive time_to_live,
                                 const std::vector<KeyedStateHandle>& restored = {},
                                 uint64_t read_at_once_bytes = 4 << 20) {
    auto task = std::make_unique<TestTask>(storage_, kAll, restored, 0, TestLayout(), "other");
    task->state =
        std::make_unique<TaskState>(TaskState::Config{.storage = storage_,
                                                      .key_groups = kAll,
                                                      .max_parallelism = kMaxParallelism,
                                                      .clock = &test_clock,
                                                      .read_at_once_bytes = read_at_once_bytes});
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
      ASSERT_TRUE(storage->RemoveUnreferenced({before, manifest}).ok());
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
