#include "client/shell/live_table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "common/data/batch_builder.h"

namespace weir {
namespace {

std::string Text(const LiveRows& rows, size_t most = 100) {
  std::string text;
  for (const LiveRows::Cells* cells : rows.Last(most)) {
    for (const std::string& cell : *cells) text += cell + " ";
    text += "| ";
  }
  return text;
}

TEST(LiveRowsTest, AnUpdateTakesThePlaceOfWhatItReplaces) {
  LiveRows rows;
  rows.Apply(RowKind::kInsert, {"a", "1"});
  rows.Apply(RowKind::kInsert, {"b", "1"});
  rows.Apply(RowKind::kUpdateBefore, {"a", "1"});
  EXPECT_EQ(Text(rows), "b 1 | ");
  rows.Apply(RowKind::kUpdateAfter, {"a", "2"});
  EXPECT_EQ(Text(rows), "a 2 | b 1 | ");
  rows.Apply(RowKind::kDelete, {"a", "2"});
  rows.Apply(RowKind::kUpdateAfter, {"c", "1"});
  EXPECT_EQ(Text(rows), "b 1 | c 1 | ");
  EXPECT_EQ(Text(rows, 1), "c 1 | ");
}

TEST(LiveRowsTest, EqualRowsAreCounted) {
  LiveRows rows;
  rows.Apply(RowKind::kInsert, {"a"});
  rows.Apply(RowKind::kInsert, {"a"});
  rows.Apply(RowKind::kDelete, {"a"});
  EXPECT_EQ(Text(rows), "a | ");
  rows.Apply(RowKind::kDelete, {"a"});
  rows.Apply(RowKind::kDelete, {"a"});
  EXPECT_EQ(rows.size(), 0u);
}

SchemaPtr NumberSchema() {
  return std::make_shared<const Schema>(std::vector<Field>{{"n", DataType::BigInt()}});
}

Batch Numbers(std::initializer_list<int64_t> numbers) {
  BatchBuilder builder(NumberSchema(), numbers.size());
  for (int64_t n : numbers) builder.AppendRow({Value(n)});
  return builder.Finish();
}

Screen::Size SmallScreen() { return {9, 40}; }

TEST(LiveTableTest, DrawsWhatFitsAndLeavesTheTableBehind) {
  std::ostringstream out;
  LiveTable table(out, &SmallScreen);
  const Batch batch = Numbers({1, 2, 3});
  table.BeginStatement("SELECT n\n FROM a_name_longer_than_the_screen_is_wide");
  ASSERT_EQ(table.BeginRows({.schema = NumberSchema()}), OkStatus());
  ASSERT_EQ(table.Rows(batch), OkStatus());
  EXPECT_EQ(out.str(), "") << "a query that ends at once needs no screen";
  table.Idle();
  const std::string screen = out.str();
  EXPECT_EQ(screen.find("\x1b[?1049h"), 0u);
  EXPECT_NE(screen.find("SELECT n FROM a_name_longer_than_the_scr\x1b[K\n"), std::string::npos)
      << screen;
  EXPECT_EQ(screen.find("| 1 |"), std::string::npos) << "two lines for rows";
  EXPECT_NE(screen.find("| 2 |"), std::string::npos) << screen;
  EXPECT_NE(screen.find("3 rows, the last 2 shown; 3 changes"), std::string::npos) << screen;
  table.EndRows();
  const std::string rest = out.str().substr(screen.size());
  EXPECT_EQ(rest, "\x1b[?25h\x1b[?1049l+---+\n| n |\n+---+\n| 1 |\n| 2 |\n| 3 |\n+---+\n3 rows\n");
}

}  // namespace
}  // namespace weir
