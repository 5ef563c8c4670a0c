#include "operators/upsert_changes.h"

#include <gtest/gtest.h>

#include "common/data/batch_builder.h"

namespace weir {
namespace {

// "+I1=5": kind, key, value.
std::string Folded(const std::vector<std::pair<RowKind, std::pair<int, int>>>& rows) {
  BatchBuilder builder(std::make_shared<const Schema>(
      std::vector<Field>{{"v", DataType::Int()}, {"k", DataType::Int()}}));
  for (const auto& [kind, cells] : rows) builder.AppendRow({cells.second, cells.first}, kind);
  const Batch out = ToUpserts(builder.Finish(), {1});
  std::string text;
  for (size_t i = 0; i < out.rows(); ++i) {
    text += std::string(RowKindText(out.kind(i))) +
            std::to_string(out.column(1)->GetValue(i).integer()) + "=" +
            std::to_string(out.column(0)->GetValue(i).integer()) + " ";
  }
  return text;
}

TEST(UpsertChangesTest, OldRowsGoOrDelete) {
  constexpr RowKind kI = RowKind::kInsert, kB = RowKind::kUpdateBefore, kA = RowKind::kUpdateAfter,
                    kD = RowKind::kDelete;
  EXPECT_EQ(Folded({{kI, {1, 5}}, {kI, {2, 6}}}), "+I1=5 +I2=6 ");
  EXPECT_EQ(Folded({{kB, {1, 5}}, {kA, {1, 6}}, {kD, {2, 6}}}), "+U1=6 -D2=6 ");
  // What a filter left of two changes: the new row of the first, the old row of the second are
  // gone.
  EXPECT_EQ(Folded({{kB, {1, 5}}, {kA, {2, 6}}}), "-D1=5 +U2=6 ");
  EXPECT_EQ(Folded({{kB, {1, 5}}, {kB, {2, 6}}, {kA, {2, 7}}}), "-D1=5 +U2=7 ");
  EXPECT_EQ(Folded({{kA, {1, 5}}, {kB, {1, 5}}}), "+U1=5 -D1=5 ");
}

}  // namespace
}  // namespace weir
