#include "state/ordered_table.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <random>
#include <utility>

#include "common/fs/simulated_file_system.h"
#include "state/memory/memory_cold_store.h"
#include "state/rocksdb/rocksdb_cold_store.h"
#include "state/task_state.h"

namespace weir {
namespace {

using checkpoint::KeyedStateHandle;

constexpr int32_t kMaxParallelism = 32;
const KeyGroupRange kAll = {0, kMaxParallelism - 1};

struct Place {
  int64_t slice;
  std::string outer;
  std::string inner;
  friend auto operator<=>(const Place&, const Place&) = default;
};
using Model = std::map<Place, std::string>;

ColdStoreFactory MemoryFactory() {
  return [] { return StatusOr<std::unique_ptr<ColdStore>>(MakeMemoryColdStore()); };
}

// A folder for each store: several tasks have one.
ColdStoreFactory RocksdbFactory() {
  static int next = 0;
  return MakeRocksdbColdStoreFactory({.dir = testing::TempDir() + "weir_ordered_" +
                                             std::to_string(::getpid()) + "_" +
                                             std::to_string(next++)});
}

// One task with one ordered table of texts.
class TestTask {
 public:
  TestTask(std::shared_ptr<CheckpointStorage> storage, KeyGroupRange range,
           const std::vector<KeyedStateHandle>& restored = {}, uint64_t budget = 0,
           ColdStoreFactory cold_store = MemoryFactory(), bool lazy = false) {
    TaskState::Config config;
    config.storage = std::move(storage);
    config.key_groups = range;
    config.max_parallelism = kMaxParallelism;
    if (budget > 0) {
      config.memory = std::make_shared<MemoryBudget>(budget);
      config.cold_store = std::move(cold_store);
    }
    if (lazy) config.read_at_once_bytes = 0;
    state = std::make_unique<TaskState>(std::move(config));
    EXPECT_EQ(state->Restore("op", restored), OkStatus());
    auto opened = state->ForOperator("op").OpenOrderedTable(
        "t", SlotLayout({{"text", SlotFieldKind::kBytes}}));
    EXPECT_EQ(opened.status(), OkStatus());
    if (opened.ok()) table = *opened;
  }

  static EncodedKeys Encode(const std::string& outer, const std::vector<std::string>& inners) {
    EncodedKeys out;
    std::string scratch;
    for (const std::string& inner : inners) {
      AppendInnerKey(outer, KeyCodec::Hash(outer), inner, out, scratch);
    }
    return out;
  }

  // Says which were new.
  std::vector<uint8_t> Put(int64_t slice, const std::string& outer,
                           const std::vector<std::string>& inners, const std::string& text) {
    const EncodedKeys keys = Encode(outer, inners);
    std::vector<uint32_t> rows(inners.size());
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<uint32_t>(i);
    std::vector<Slot> slots(rows.size());
    std::vector<uint8_t> is_new(rows.size());
    EXPECT_EQ(table->Resolve(slice, keys, rows, slots, is_new), OkStatus());
    for (Slot& slot : slots) slot.SetBytes(0, text);
    return is_new;
  }
  void Erase(int64_t slice, const std::string& outer, const std::string& inner) {
    const EncodedKeys keys = Encode(outer, {inner});
    EXPECT_EQ(table->Erase(slice, keys.key(0), keys.hash(0)), OkStatus());
  }
  std::optional<std::string> Get(int64_t slice, const std::string& outer,
                                 const std::string& inner) {
    const uint32_t row = 0;
    Slot slot;
    EXPECT_EQ(table->Find(slice, Encode(outer, {inner}), {&row, 1}, {&slot, 1}), OkStatus());
    if (slot.data == nullptr) return std::nullopt;
    return std::string(slot.GetBytes(0));
  }

  using Entries = std::vector<std::pair<std::string, std::string>>;
  // `limit` entries per scan.
  Entries From(int64_t slice, const std::string& outer, std::string from, size_t limit) {
    Entries all;
    for (size_t before = all.size() + 1; before != all.size();) {
      before = all.size();
      std::vector<Slot> slots;
      EXPECT_EQ(table->ScanFrom(slice, outer, from,
                                [&](std::string_view inner, Slot slot) {
                                  all.push_back({std::string(inner), ""});
                                  slots.push_back(slot);
                                  return slots.size() < limit;
                                }),
                OkStatus());
      for (size_t i = 0; i < slots.size(); ++i) all[before + i].second = slots[i].GetBytes(0);
      if (!all.empty()) from = all.back().first + '\0';
    }
    return all;
  }
  Entries Back(int64_t slice, const std::string& outer, size_t limit) {
    Entries all;
    EXPECT_EQ(table->ScanBack(slice, outer,
                              [&](std::string_view inner, Slot slot) {
                                all.push_back({std::string(inner), std::string(slot.GetBytes(0))});
                                return all.size() < limit;
                              }),
              OkStatus());
    return all;
  }

  std::unique_ptr<TaskState> state;
  OrderedTable* table = nullptr;
};

using Entries = TestTask::Entries;

TEST(OrderedTableTest, ScansInOrderUpAndDown) {
  TestTask task(nullptr, kAll);
  task.Put(0, "a", {"m", "", "z", "mm"}, "x");
  task.Put(0, "ab", {"m"}, "other key");
  task.Put(7, "a", {"b"}, "other slice");
  EXPECT_EQ(task.From(0, "a", "", 9), (Entries{{"", "x"}, {"m", "x"}, {"mm", "x"}, {"z", "x"}}));
  EXPECT_EQ(task.From(0, "a", "m", 1), (Entries{{"m", "x"}, {"mm", "x"}, {"z", "x"}}));
  EXPECT_EQ(task.From(0, "a", std::string("m\0", 2), 9), (Entries{{"mm", "x"}, {"z", "x"}}));
  EXPECT_EQ(task.Back(0, "a", 2), (Entries{{"z", "x"}, {"mm", "x"}}));
  task.Erase(0, "a", "z");
  task.Erase(0, "a", "none");
  EXPECT_EQ(task.Back(0, "a", 1), (Entries{{"mm", "x"}}));
  EXPECT_EQ(task.From(0, "none", "", 9), Entries());
  EXPECT_EQ(task.From(9, "a", "", 9), Entries());
  EXPECT_EQ(task.table->DropSlice(0), OkStatus());
  EXPECT_EQ(task.Back(0, "a", 9), Entries());
  EXPECT_EQ(task.Back(7, "a", 9), (Entries{{"b", "other slice"}}));
  EXPECT_EQ(task.table->DropSlice(7), OkStatus());
  EXPECT_EQ(task.state->hot_bytes(), 0u);
}

// Nothing stays hot: each scan merges the few entries in memory with what was spilled.
TEST(OrderedTableTest, WhatTheColdStoreHasIsMergedIn) {
  for (int entries : {40, 400}) {  // loaded whole; read in parts
    TestTask task(nullptr, kAll, {}, 1);
    std::map<std::string, std::string> model;
    const auto key = [](int i) { return std::to_string(100000 + i); };
    for (int i = 0; i < entries; ++i) {
      task.Put(0, "a", {key(i)}, "old");
      model[key(i)] = "old";
    }
    task.Put(0, "b", {key(3), key(4)}, "between");
    EXPECT_GT(task.state->spilled_entries(), 0u);
    for (int i = 0; i < entries; i += 3) {
      task.Erase(0, "a", key(i));
      model.erase(key(i));
    }
    for (int i = 1; i < entries; i += 7) {
      task.Put(0, "a", {key(i)}, "new");
      model[key(i)] = "new";
    }
    for (int round = 0; round < 3; ++round) {  // also when the first has made it complete
      EXPECT_EQ(task.From(0, "a", "", 1000), Entries(model.begin(), model.end()));
      EXPECT_EQ(task.From(0, "a", "", 33), Entries(model.begin(), model.end()));
      EXPECT_EQ(task.Back(0, "a", 1000), Entries(model.rbegin(), model.rend()));
      EXPECT_EQ(task.Back(0, "a", 1), (Entries{*model.rbegin()}));
      EXPECT_EQ(task.From(0, "a", key(entries / 2), 1000),
                Entries(model.lower_bound(key(entries / 2)), model.end()));
    }
  }
}

TEST(OrderedTableTest, ACollectionThatWasReadWholeNeedsTheColdStoreNoMore) {
  struct Counting : ColdStore {
    std::unique_ptr<ColdStore> store = MakeMemoryColdStore();
    int* reads;
    Status WriteRun(std::span<const Entry> run) override { return store->WriteRun(run); }
    Status Read(std::span<const std::string> keys,
                std::span<std::optional<std::string>> values) override {
      ++*reads;
      return store->Read(keys, values);
    }
    StatusOr<bool> Scan(std::string_view begin, std::string_view end, size_t limit,
                        const Visitor& visit) override {
      ++*reads;
      return store->Scan(begin, end, limit, visit);
    }
    StatusOr<bool> ScanBack(std::string_view begin, std::string_view end, size_t limit,
                            const Visitor& visit) override {
      ++*reads;
      return store->ScanBack(begin, end, limit, visit);
    }
    Status DropRange(std::string_view begin, std::string_view end) override {
      return store->DropRange(begin, end);
    }
  };
  int reads = 0;
  TestTask task(nullptr, kAll, {}, 30 << 10, [&]() -> StatusOr<std::unique_ptr<ColdStore>> {
    auto store = std::make_unique<Counting>();
    store->reads = &reads;
    return store;
  });
  std::vector<std::string> many;
  for (int i = 0; i < 1000; ++i) many.push_back(std::to_string(i));
  task.Put(0, "a", {"1", "2", "3"}, "x");
  for (int i = 0; i < 3; ++i) task.Put(0, "many", many, "x");
  ASSERT_GT(task.state->spilled_entries(), 0u);
  EXPECT_EQ(task.From(0, "a", "", 9).size(), 3u);
  reads = 0;
  EXPECT_EQ(task.From(0, "a", "", 9).size(), 3u);
  EXPECT_EQ(task.Back(0, "a", 1), (Entries{{"3", "x"}}));
  EXPECT_EQ(task.Get(0, "a", "none"), std::nullopt);
  EXPECT_EQ(reads, 0);
  EXPECT_EQ(task.Get(0, "b", "none"), std::nullopt);
  EXPECT_EQ(reads, 1);
}

// ---- Everything at once, against a std::map

struct Memory {
  uint64_t budget;  // bytes; 0: all there is
  bool rocksdb = false;
};

class RandomOrderedTableTest : public testing::TestWithParam<std::tuple<int, Memory>> {
 protected:
  void Start(int32_t parallelism, const std::vector<KeyedStateHandle>& handles) {
    tasks_.clear();
    for (int32_t i = 0; i < parallelism; ++i) {
      tasks_.push_back(std::make_unique<TestTask>(
          storage_, KeyGroupRangeFor(i, parallelism, kMaxParallelism), handles, memory_.budget,
          memory_.rocksdb ? RocksdbFactory() : MemoryFactory(), Below(2) == 0));
    }
  }
  TestTask& Of(const std::string& outer) {
    const int32_t group = KeyGroupOf(KeyCodec::Hash(outer), kMaxParallelism);
    return *tasks_[static_cast<size_t>(
        SubtaskOf(group, static_cast<int32_t>(tasks_.size()), kMaxParallelism))];
  }
  uint64_t Below(uint64_t n) { return random_() % n; }
  std::string Outer() { return "key " + std::to_string(Below(outers_)); }
  // Beginnings of one another, and bytes that look like ends.
  std::string Inner() {
    std::string inner = std::to_string(Below(inners_));
    if (Below(4) == 0) inner.push_back(static_cast<char>(Below(2) ? 0 : 0xff));
    return inner;
  }
  Entries Expected(int64_t slice, const std::string& outer, const std::string& from) {
    Entries entries;
    for (auto it = model_.lower_bound({slice, outer, from});
         it != model_.end() && it->first.slice == slice && it->first.outer == outer; ++it) {
      entries.push_back({it->first.inner, it->second});
    }
    return entries;
  }
  void CheckAll() {
    for (int64_t slice : {0, 10}) {
      for (uint64_t i = 0; i < outers_; ++i) {
        const std::string outer = "key " + std::to_string(i);
        ASSERT_EQ(Of(outer).From(slice, outer, "", 1 + Below(100)), Expected(slice, outer, ""));
      }
    }
  }
  void Change() {
    const int64_t slice = Below(8) == 0 ? 10 : 0;
    const std::string outer = Outer();
    TestTask& task = Of(outer);
    // As between the steps of a task.
    if (Below(2)) {
      ASSERT_EQ(task.state->WarmSome(Below(40)).status(), OkStatus());
    } else {
      ASSERT_EQ(task.state->MakeRoom(), OkStatus());
    }
    switch (Below(10)) {
      case 0: {
        const std::string from = Below(2) ? "" : Inner();
        ASSERT_EQ(task.From(slice, outer, from, 1 + Below(200)), Expected(slice, outer, from));
        return;
      }
      case 1: {
        Entries expected = Expected(slice, outer, "");
        std::reverse(expected.begin(), expected.end());
        const size_t limit = 1 + Below(2) * Below(200);
        if (expected.size() > limit) expected.resize(limit);
        ASSERT_EQ(task.Back(slice, outer, limit), expected);
        return;
      }
      case 2:
        if (slice == 0) return;
        for (auto& each : tasks_) ASSERT_EQ(each->table->DropSlice(slice), OkStatus());
        std::erase_if(model_, [&](const auto& e) { return e.first.slice == slice; });
        return;
      case 3:
      case 4:
      case 5: {
        const Entries there = Expected(slice, outer, "");
        const std::string inner =
            there.empty() || Below(4) == 0 ? Inner() : there[Below(there.size())].first;
        task.Erase(slice, outer, inner);
        model_.erase({slice, outer, inner});
        return;
      }
      case 6: {
        const std::string inner = Inner();
        auto it = model_.find({slice, outer, inner});
        ASSERT_EQ(task.Get(slice, outer, inner),
                  it == model_.end() ? std::nullopt : std::optional(it->second));
        return;
      }
      default: {
        std::vector<std::string> inners;
        for (uint64_t i = 0, n = 1 + Below(20); i < n; ++i) inners.push_back(Inner());
        const std::string text(Below(40), static_cast<char>('a' + Below(26)));
        const std::vector<uint8_t> is_new = task.Put(slice, outer, inners, text);
        for (size_t i = 0; i < inners.size(); ++i) {
          ASSERT_EQ(is_new[i] != 0, model_.count({slice, outer, inners[i]}) == 0);
          model_[{slice, outer, inners[i]}] = text;
        }
      }
    }
  }

  const Memory memory_ = std::get<1>(GetParam());
  std::mt19937_64 random_{static_cast<uint64_t>(std::get<0>(GetParam()))};
  std::shared_ptr<CheckpointStorage> storage_ =
      std::make_shared<CheckpointStorage>(std::make_shared<SimulatedFileSystem>(), "job");
  std::vector<std::unique_ptr<TestTask>> tasks_;
  Model model_;
  uint64_t outers_ = 1 + Below(10);
  uint64_t inners_ = 10 + Below(300);
};

TEST_P(RandomOrderedTableTest, AgreesWithAMap) {
  const int32_t parallelisms[] = {1, 3, 2, 5};
  Start(1, {});
  Model completed_model;
  std::vector<KeyedStateHandle> completed;
  uint64_t spilled = 0;
  const int64_t last = memory_.rocksdb ? 12 : 60;  // on a disk each change may be a file
  for (int64_t id = 1; id <= last; ++id) {
    for (const auto& task : tasks_) spilled += task->state->spilled_entries();
    for (uint64_t i = 0, n = Below(60); i < n; ++i) Change();
    if (HasFatalFailure()) return;
    const Model at_barrier = model_;
    std::vector<KeyedStateHandle> handles;
    for (auto& task : tasks_) ASSERT_EQ(task->state->BeginSnapshot(CheckpointId(id)), OkStatus());
    // Cut while work goes on, and perhaps give up half-way.
    const bool give_up = Below(5) == 0;
    for (auto& task : tasks_) {
      while (!task->state->SnapshotSome(1 + Below(20))) {
        Change();
        if (give_up && Below(3) == 0) break;
      }
      if (HasFatalFailure()) return;
      if (give_up) continue;
      SnapshotWork work = task->state->TakeWork();
      Change();
      StatusOr<SnapshotResult> result = work();
      ASSERT_TRUE(result.ok()) << result.status();
      for (const KeyedStateHandle& handle : result->keyed["op"]) handles.push_back(handle);
    }
    if (give_up || Below(6) == 0) {
      for (auto& task : tasks_) task->state->Abort(CheckpointId(id));
    } else {
      completed = handles;
      completed_model = at_barrier;
      for (auto& task : tasks_) task->state->CheckpointCompleted(CheckpointId(id));
    }
    if (Below(4) == 0) {  // crash, and come back at another parallelism
      Start(parallelisms[Below(4)], completed);
      model_ = completed_model;
    }
    if (Below(3) == 0) CheckAll();
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(spilled > 0, memory_.budget > 0) << "the budget does not do what it should";
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomOrderedTableTest,
                         testing::Combine(testing::Range(0, 8),
                                          testing::Values(Memory{0}, Memory{1}, Memory{6000})));
INSTANTIATE_TEST_SUITE_P(OnDisk, RandomOrderedTableTest,
                         testing::Combine(testing::Range(20, 21),
                                          testing::Values(Memory{1, true}, Memory{6000, true})));

}  // namespace
}  // namespace weir
