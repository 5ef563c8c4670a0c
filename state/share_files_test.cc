#include "state/share_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace weir {
namespace {

constexpr int32_t kMaxParallelism = 32;

TableIdentity Table() {
  return {"agg", "t", SlotLayout({{"text", SlotFieldKind::kBytes}}), {0, 31}, kMaxParallelism};
}

int32_t GroupOf(const std::string& key) {
  return Table().placement().Group(Table().placement().Hash(key));
}

// A state file of these keys and slots; its checksums are right whatever is in it.
std::shared_ptr<const StateFileReader> MakeFile(
    std::vector<std::pair<std::string, std::string>> entries) {
  const TableIdentity table = Table();
  checkpoint::StateFileHeader header;
  header.set_uid(table.uid);
  header.set_table(table.table);
  header.set_max_parallelism(kMaxParallelism);
  header.set_last_key_group(kMaxParallelism - 1);
  SetFields(table.layout, header);
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::pair(GroupOf(a.first), a.first) < std::pair(GroupOf(b.first), b.first);
  });
  std::string bytes;
  StateFileWriter writer(header, [&](std::string_view more) {
    bytes += more;
    return OkStatus();
  });
  for (const auto& [key, slot] : entries) {
    const uint64_t hash = table.placement().Hash(key);
    EXPECT_EQ(writer.Add({0, hash, GroupOf(key), false, key, slot}), OkStatus());
  }
  EXPECT_EQ(writer.End(), OkStatus());
  auto reader = StateFileReader::Open(MakeStringFile(std::move(bytes)), "file-7");
  EXPECT_TRUE(reader.ok()) << reader.status();
  return *std::move(reader);
}

std::string LengthAnd(size_t length, const std::string& bytes) {
  return std::string(1, static_cast<char>(length)) + bytes;
}
std::string SlotBytes(const std::string& text) { return LengthAnd(text.size(), text); }
// As if a slot held more than its fields: what follows reads as one more entry.
std::string SlotAndEntry(const std::string& key) {
  return SlotBytes("text") + LengthAnd(2 * key.size(), key) + SlotBytes("hidden");
}

// Every key, in order, or why there are none.
StatusOr<std::vector<std::string>> Keys(std::shared_ptr<const StateFileReader> file) {
  ShareFiles files(Table());
  RETURN_IF_ERROR(files.Add(std::move(file), Table().key_groups).status());
  SortedMerge merge(SortedMerge::Order::kUp);
  for (const ShareFiles::Part& part : files.slices().at(0)) {
    const auto read = [&](size_t f, size_t block) { return files.ReadBlock(f, block); };
    RETURN_IF_ERROR(
        merge.Add(files.Sequence(part, SortedMerge::Order::kUp, nullptr, read), part.groups));
  }
  std::vector<std::string> keys;
  while (true) {
    ASSIGN_OR_RETURN(const StateEntry* entry, merge.Next());
    if (entry == nullptr) return keys;
    keys.emplace_back(entry->key);
  }
}

TEST(ShareFilesTest, GivesWhatWasWrittenInOrder) {
  const auto keys =
      Keys(MakeFile({{"b", SlotBytes("1")}, {"", SlotBytes("")}, {"a", SlotBytes("2")}}));
  ASSERT_TRUE(keys.ok()) << keys.status();
  std::vector<std::string> expected = {"", "a", "b"};
  std::sort(expected.begin(), expected.end(), [](const std::string& a, const std::string& b) {
    return std::pair(GroupOf(a), a) < std::pair(GroupOf(b), b);
  });
  EXPECT_EQ(*keys, expected);
}

// Right checksums over entries that nobody wrote: wherever the second one belongs, it is noticed.
TEST(ShareFilesTest, AnEntryWithinASlotIsRefused) {
  int others = 0, before = 0;
  for (char c = 'a'; c <= 'z'; ++c) {
    for (const std::string& key : {std::string(1, c), "z" + std::string(1, c)}) {
      if (key == "m") continue;
      const bool same_group = GroupOf(key) == GroupOf("m");
      if (same_group && key > "m") continue;  // it could have been written
      others += !same_group;
      before += same_group;
      const auto keys = Keys(MakeFile({{"m", SlotAndEntry(key)}}));
      EXPECT_EQ(keys.status().code(), StatusCode::kDataLoss) << key;
    }
  }
  EXPECT_GT(others, 0);
  EXPECT_GT(before, 0);
}

}  // namespace
}  // namespace weir
