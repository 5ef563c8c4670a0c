#include "state/page_read.h"

#include <random>
#include <set>

#include "state/ordered_table.h"
#include "state/task_state_harness.h"

namespace weir {
namespace {

std::string TextOf(std::string_view key) {
  ColumnBuilder builder(DataType::String());
  ColumnBuilder* out[] = {&builder};
  KeyCodec({DataType::String()}).Decode(key, out);
  return builder.Finish()->GetValue(0).string();
}

std::string Seen(int64_t slice, const std::string& key, const Cell& cell) {
  return std::to_string(slice) + "/" + key + "=" + std::to_string(cell.count) + cell.text;
}

// Reads pages of `limit` to the end, in pieces of `entries`; `meanwhile` happens between pieces.
std::vector<std::string> ReadAll(
    TestTask& task, PageRead first, size_t limit, size_t entries,
    const std::function<void()>& meanwhile = [] {}) {
  std::vector<std::string> seen;
  for (bool more = true; more;) {
    PageRead read;
    read.key = first.key;
    read.slice = first.slice;
    read.place = first.place;
    read.limit = limit;
    const size_t before = seen.size();
    read.take = [&](int64_t slice, std::string_view key, Slot slot) {
      seen.push_back(
          Seen(slice, TextOf(key), {slot.Get<int64_t>(0), std::string(slot.GetBytes(16))}));
      return true;
    };
    while (!read.done) {
      EXPECT_EQ(task.state->ReadSome("agg", "t", read, entries), OkStatus());
      meanwhile();
    }
    EXPECT_LE(seen.size() - before, limit);
    more = read.more;
    first.slice = read.slice;
    first.place = read.place;
  }
  return seen;
}

std::vector<std::string> Sorted(std::vector<std::string> all) {
  std::sort(all.begin(), all.end());
  return all;
}

// In memory, evicted for the most part, and restored and read where it lies.
class PageReadTest : public TaskStateTest {
 protected:
  std::unique_ptr<TestTask> Make(const std::string& where) {
    const std::vector<std::string> keys = Keys(0, 400);
    auto task = std::make_unique<TestTask>(storage_, kAll, std::vector<KeyedStateHandle>{},
                                           where == "evicted" ? 20'000 : 0);
    for (int64_t slice : {10, 20, 30}) {
      for (const std::string& key : keys) {
        task->Add(slice, {key}, slice, key);
        model_[{slice, key}] = {slice, key};
      }
    }
    EXPECT_EQ(task->state->MakeRoom(), OkStatus());
    EXPECT_EQ(task->state->spilled_entries() > 600, where == "evicted");
    if (where != "restored") return task;
    const auto handles = task->Snapshot(1);
    EXPECT_EQ(handles.status(), OkStatus());
    return std::make_unique<TestTask>(storage_, kAll, *handles, 0, TestLayout(), "agg",
                                      KeyForm::kWhole, Habit::kLazy);
  }
  static std::vector<std::string> Keys(int from, int to) {
    std::vector<std::string> keys;
    for (int i = from; i < to; ++i) keys.push_back("key" + std::to_string(i));
    return keys;
  }
  std::vector<std::string> Expected() const {
    std::vector<std::string> all;
    for (const auto& [place, cell] : model_) all.push_back(Seen(place.first, place.second, cell));
    return Sorted(all);
  }

  Model model_;
};

TEST_F(PageReadTest, EveryEntryOnceWhereverItLies) {
  for (const char* where : {"hot", "evicted", "restored"}) {
    model_.clear();
    auto task = Make(where);
    for (size_t limit : {1000u, 100u, 7u}) {
      const auto seen = ReadAll(*task, {}, limit, 64);
      EXPECT_EQ(Sorted(seen), Expected()) << where << " " << limit;
    }
    // The order is that of the file, the same wherever the entries are.
    static std::vector<std::string> order;
    if (order.empty()) order = ReadAll(*task, {}, 50, 1 << 20);
    EXPECT_EQ(ReadAll(*task, {}, 33, 10), order) << where;
  }
}

TEST_F(PageReadTest, WhatIsErasedIsNotShown) {
  for (const char* where : {"hot", "evicted", "restored"}) {
    model_.clear();
    auto task = Make(where);
    for (int i = 0; i < 400; i += 3) {
      task->Erase(20, "key" + std::to_string(i));
      model_.erase({20, "key" + std::to_string(i)});
    }
    EXPECT_EQ(task->table->DropSlice(10), OkStatus());
    std::erase_if(model_, [](const auto& entry) { return entry.first.first == 10; });
    EXPECT_EQ(Sorted(ReadAll(*task, {}, 50, 100)), Expected()) << where;
  }
}

// Others come, change, go, are evicted, loaded and taken into memory between the pieces.
TEST_F(PageReadTest, WhatStaysIsReadOnceWhileOthersComeAndGo) {
  for (const char* where : {"hot", "evicted", "restored"}) {
    model_.clear();
    auto task = Make(where);
    std::mt19937 random(7);
    const auto meanwhile = [&] {
      for (int i = 0; i < 20; ++i) {
        const std::string other = "other" + std::to_string(random() % 300);
        const int64_t slice = 10 * (1 + static_cast<int64_t>(random() % 3));
        if (random() % 2 == 0) {
          task->Add(slice, {other}, 1, "x");
        } else {
          task->Erase(slice, other);
        }
        task->Get(slice, "key" + std::to_string(random() % 400));  // loads it
      }
      EXPECT_EQ(task->state->MakeRoom(), OkStatus());
      EXPECT_EQ(task->state->WarmSome(50).status(), OkStatus());
    };
    for (size_t limit : {200u, 20u}) {
      std::vector<std::string> seen = ReadAll(*task, {}, limit, 100, meanwhile);
      std::erase_if(seen,
                    [](const std::string& one) { return one.find("other") != std::string::npos; });
      EXPECT_EQ(Sorted(seen), Expected()) << where << " " << limit;
    }
  }
}

TEST_F(PageReadTest, OneKeyInEverySlice) {
  for (const char* where : {"hot", "evicted", "restored"}) {
    model_.clear();
    auto task = Make(where);
    const EncodedKeys keys = TestTask::Encode({"key7", "nobody"});
    PageRead read;
    read.key = {.beginning = std::string(keys.key(0)), .hash = keys.hash(0), .whole = true};
    const std::vector<std::string> all = {"10/key7=10key7", "20/key7=20key7", "30/key7=30key7"};
    EXPECT_EQ(ReadAll(*task, read, 100, 5), all) << where;
    EXPECT_EQ(ReadAll(*task, read, 1, 5), all) << where;
    read.key = {.beginning = std::string(keys.key(1)), .hash = keys.hash(1), .whole = true};
    EXPECT_TRUE(ReadAll(*task, read, 100, 5).empty()) << where;
  }
}

TEST_F(PageReadTest, ThePageEndsWhereTheReaderHasNoMoreRoom) {
  auto task = Make("hot");
  PageRead read;
  int taken = 0;
  read.take = [&](int64_t, std::string_view, Slot) { return ++taken < 3; };
  EXPECT_EQ(task->state->ReadSome("agg", "t", read, 1 << 20), OkStatus());
  EXPECT_TRUE(read.done && read.more);
  EXPECT_EQ(taken, 3);
  read = {.slice = read.slice, .place = read.place};
  EXPECT_EQ(ReadAll(*task, read, 1000, 1 << 20).size(), 1197u);
}

// A piece looks at no more than it was told to.
TEST_F(PageReadTest, APieceIsBounded) {
  auto task = Make("hot");
  PageRead read;
  read.take = [](int64_t, std::string_view, Slot) { return true; };
  int pieces = 0;
  for (; !read.done; ++pieces) {
    EXPECT_EQ(task->state->ReadSome("agg", "t", read, 50), OkStatus());
  }
  EXPECT_GE(pieces, 8);
}

TEST_F(PageReadTest, SizesAndTablesThatAreNotThere) {
  auto task = Make("evicted");
  const auto sizes = task->state->SizesOf("agg");
  ASSERT_EQ(sizes.size(), 1u);
  EXPECT_EQ(sizes[0].table, "t");
  EXPECT_EQ(sizes[0].entries, task->state->hot_entries());
  EXPECT_LT(sizes[0].entries, 1200u);
  EXPECT_TRUE(sizes[0].on_disk);
  EXPECT_FALSE(Make("hot")->state->SizesOf("agg")[0].on_disk);
  EXPECT_TRUE(task->state->SizesOf("nobody").empty());
  PageRead read;
  EXPECT_EQ(task->state->ReadSome("agg", "nosuch", read, 1).code(), StatusCode::kNotFound);
  EXPECT_EQ(task->state->ReadSome("nobody", "t", read, 1).code(), StatusCode::kNotFound);
}

// Inner keys: those of one outer key, in their order, without a look at the others.
TEST_F(PageReadTest, AnOrderedTable) {
  for (const KeyForm form : {KeyForm::kInner, KeyForm::kNested}) {
    for (const uint64_t budget : {0, 20'000}) {
      TaskState::Config config;
      config.key_groups = kAll;
      config.max_parallelism = kMaxParallelism;
      if (budget > 0) {
        config.memory = std::make_shared<MemoryBudget>(budget);
        config.cold_store = [] {
          return StatusOr<std::unique_ptr<ColdStore>>(MakeMemoryColdStore());
        };
      }
      TaskState state(std::move(config));
      const auto table = state.ForOperator("op").OpenOrderedTable(
          "t", SlotLayout({{"text", SlotFieldKind::kBytes}}), form);
      ASSERT_EQ(table.status(), OkStatus());
      const auto beginning = [&](const std::string& outer) {
        return form == KeyForm::kInner ? InnerKeyOf(outer, {})
                                       : InnerKeyOf(InnerKeyOf(outer, "id"), {});
      };
      for (int i = 0; i < 300; ++i) {
        for (const char* outer : {"a", "ab", "b"}) {
          const std::string key = beginning(outer) + std::to_string(1000 + i);
          EncodedKeys keys;
          keys.Append(key, HashOf(form, key));
          const uint32_t row = 0;
          Slot slot;
          uint8_t is_new;
          ASSERT_EQ((*table)->Resolve(0, keys, {&row, 1}, {&slot, 1}, {&is_new, 1}), OkStatus());
          slot.SetBytes(0, std::string(30, 'x') + std::to_string(i));
        }
        ASSERT_EQ(state.MakeRoom(), OkStatus());
      }
      EXPECT_EQ(state.SizesOf("op")[0].on_disk, budget > 0);
      std::vector<std::string> seen;
      PageRead next;
      for (bool more = true; more;) {
        PageRead read;
        read.key = {.beginning = beginning("a"), .hash = KeyCodec::Hash("a")};
        read.limit = 70;
        read.slice = next.slice;
        read.place = next.place;
        read.take = [&](int64_t, std::string_view key, Slot slot) {
          EXPECT_TRUE(key.starts_with(beginning("a")));
          seen.push_back(std::string(slot.GetBytes(0)).substr(30));
          return true;
        };
        while (!read.done) ASSERT_EQ(state.ReadSome("op", "t", read, 40), OkStatus());
        more = read.more;
        next = read;
      }
      ASSERT_EQ(seen.size(), 300u);
      for (int i = 0; i < 300; ++i) EXPECT_EQ(seen[static_cast<size_t>(i)], std::to_string(i));
    }
  }
}

}  // namespace
}  // namespace weir
