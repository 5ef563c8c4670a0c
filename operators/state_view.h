#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/data/batch_builder.h"
#include "state/key_codec.h"
#include "state/page_read.h"

namespace weir {

// A table of an operator's state as people see it: its entries as rows. Made by the operator, which
// outlives it; for the task's thread.
struct StateView {
  std::string table;  // as it was opened
  SchemaPtr rows;
  std::vector<uint32_t> keys;       // the columns of `rows` that are the key
  const KeyCodec* codec = nullptr;  // of the key
  // The table's entries of one key.
  std::function<PageRead::Key(std::string_view key, uint64_t hash)> entries_of;
  // Adds the row of an entry; none where it means nothing to people.
  std::function<void(int64_t slice, std::string_view key, Slot slot, BatchBuilder& out)> add_row;
};

// StateView::entries_of where a key is the entry's, and where the entries' lie within it.
inline PageRead::Key EntryOfKey(std::string_view key, uint64_t hash) {
  return {.beginning = std::string(key), .hash = hash, .whole = true};
}
inline PageRead::Key EntriesWithinKey(std::string_view key, uint64_t hash) {
  return {.beginning = InnerKeyOf(key, {}), .hash = hash};
}

// The builders of some columns of a row, as a codec fills them.
template <class Columns>
std::vector<ColumnBuilder*> BuildersOf(const Columns& columns, BatchBuilder& out) {
  std::vector<ColumnBuilder*> builders;
  for (uint32_t column : columns) builders.push_back(&out.column(column));
  return builders;
}
inline std::vector<ColumnBuilder*> AllBuilders(BatchBuilder& out) {
  std::vector<ColumnBuilder*> builders;
  for (size_t i = 0; i < out.schema()->size(); ++i) builders.push_back(&out.column(i));
  return builders;
}

}  // namespace weir
