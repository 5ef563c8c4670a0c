#include "operators/not_null_enforcer.h"

#include <gtest/gtest.h>

#include "common/data/batch_builder.h"

namespace weir {
namespace {

const char* const kOption = "table.exec.sink.not-null-enforcer";

Batch Rows(const Schema& schema, const std::vector<std::vector<Value>>& rows) {
  BatchBuilder builder(std::make_shared<const Schema>(schema));
  for (const std::vector<Value>& row : rows) builder.AppendRow(row);
  return builder.Finish();
}

class NotNullEnforcerTest : public testing::Test {
 protected:
  // NULL may be in both; the target's column `a` excludes it.
  const Schema target_{{{"a", DataType::Int().NotNull()}, {"b", DataType::Int()}}};
  const Schema open_{{{"a", DataType::Int()}, {"b", DataType::Int()}}};
};

TEST_F(NotNullEnforcerTest, RowsWithoutNullPass) {
  StatusOr<NotNullEnforcer> enforcer = NotNullEnforcer::Make("sink t", target_, {});
  ASSERT_TRUE(enforcer.ok());
  StatusOr<Batch> out = enforcer->Enforce(Rows(open_, {{1, Value()}, {2, 3}}));
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->rows(), 2u);
}

TEST_F(NotNullEnforcerTest, NullFailsWithTheTableAndTheColumn) {
  StatusOr<NotNullEnforcer> enforcer =
      NotNullEnforcer::Make("sink t", target_, {{kOption, "ERROR"}});
  ASSERT_TRUE(enforcer.ok());
  StatusOr<Batch> out = enforcer->Enforce(Rows(open_, {{1, 1}, {Value(), 2}}));
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.status().message(),
            "sink t: column `a` is NOT NULL, and a row with NULL in it came "
            "('table.exec.sink.not-null-enforcer' = 'DROP' leaves such rows out)");
}

TEST_F(NotNullEnforcerTest, DropLeavesTheRowOut) {
  StatusOr<NotNullEnforcer> enforcer =
      NotNullEnforcer::Make("sink t", target_, {{kOption, "DROP"}});
  ASSERT_TRUE(enforcer.ok());
  StatusOr<Batch> out = enforcer->Enforce(Rows(open_, {{1, 1}, {Value(), 2}, {3, Value()}}));
  ASSERT_TRUE(out.ok());
  ASSERT_EQ(out->rows(), 2u);
  EXPECT_EQ(out->column(0)->GetValue(1), Value(3));
  out = enforcer->Enforce(Rows(open_, {{Value(), 2}}));
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(out->rows(), 0u);
}

TEST_F(NotNullEnforcerTest, OtherValuesOfTheOptionAreRefused) {
  EXPECT_EQ(NotNullEnforcer::Make("sink t", target_, {{kOption, "IGNORE"}}).status().message(),
            "'table.exec.sink.not-null-enforcer' is ERROR or DROP, not 'IGNORE'");
}

}  // namespace
}  // namespace weir
