#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/data/column_builder.h"
#include "common/fs/simulated_file_system.h"
#include "state/memory/memory_cold_store.h"
#include "state/task_state.h"

// A task's state driven by hand, its keys and values written as text. For tests only.

namespace weir {

using checkpoint::KeyedStateHandle;

inline constexpr int32_t kMaxParallelism = 32;

inline SlotLayout TestLayout() {
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

inline std::shared_ptr<CheckpointStorage> MakeStorage(std::shared_ptr<FileSystem> fs,
                                                      const std::string& dir = "job") {
  return std::make_shared<CheckpointStorage>(std::move(fs), dir);
}

// How a task deals with what it was restored from, and with changes that no snapshot has yet.
enum class Habit {
  kEager,   // read at once; in memory
  kLazy,    // read when it is asked for; in a file
  kForget,  // as kLazy, and what was not written for kTtlMs is forgotten
};
inline constexpr int64_t kTtlMs = 1000;

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
inline TestClock test_clock;

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

inline const KeyGroupRange kAll = {0, kMaxParallelism - 1};

inline Model Restored(std::shared_ptr<CheckpointStorage> storage,
                      const std::vector<KeyedStateHandle>& handles) {
  TestTask task(storage, kAll, handles);
  EXPECT_EQ(task.status, OkStatus());
  return task.status.ok() ? task.Contents() : Model{};
}

class TaskStateTest : public testing::Test {
 protected:
  std::shared_ptr<SimulatedFileSystem> fs_ = std::make_shared<SimulatedFileSystem>();
  std::shared_ptr<CheckpointStorage> storage_ = MakeStorage(fs_);
};

}  // namespace weir
