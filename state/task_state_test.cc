#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "state/task_state_harness.h"

namespace weir {
namespace {

using testing::HasSubstr;

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

// Wherever it fails: those of the tables before, too.
TEST_F(TaskStateTest, OfASnapshotThatFailsNoFileStays) {
  TestTask task(storage_, kAll);
  auto other = task.state->ForOperator("agg").OpenSlotTable("u", TestLayout(), KeyForm::kWhole);
  ASSERT_TRUE(other.ok()) << other.status();
  std::vector<std::string> keys;
  for (int i = 0; i < 3000; ++i) keys.push_back(std::to_string(i));
  SlotTable* const tables[] = {task.table, *other};
  int64_t id = 0;
  bool failed = true;
  for (int step = 0; failed; ++step) {
    for (SlotTable* table : tables) {
      task.table = table;
      task.Add(0, keys, 1, std::string(40, 'x'));
    }
    int steps = 0;
    fs_->SetHook([&](const std::string& operation) {
      if (operation.starts_with("remove")) return OkStatus();
      return steps++ == step ? UnavailableError(operation) : OkStatus();
    });
    failed = !task.Snapshot(++id, false).ok();
    fs_->SetHook(nullptr);
    EXPECT_EQ(fs_->Files().size(), failed ? 0u : 2u) << step;
    if (failed) task.state->Abort(CheckpointId(id));
  }
  EXPECT_GT(id, 8);
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

}  // namespace
}  // namespace weir
