#include "operators/changelog_normalize.h"

#include <gtest/gtest.h>

#include "operators/operator_harness.h"

namespace weir {
namespace {

class ChangelogNormalizeTest : public ::testing::Test {
 protected:
  static OperatorHarness Make(bool emit_update_before) {
    plan::OperatorNode node;
    node.mutable_changelog_normalize()->add_keys(1);
    node.mutable_changelog_normalize()->set_emit_update_before(emit_update_before);
    Schema schema(
        {{"v", DataType::BigInt()}, {"k", DataType::String()}, {"w", DataType::String()}});
    return OperatorHarness(std::move(node), schema, schema);
  }
};

TEST_F(ChangelogNormalizeTest, SaysWhatEachRowChanges) {
  OperatorHarness harness = Make(true);
  harness.Push("+U 1 a x\n+U 2 a x\n+U 7 b NULL\n+U 2 a x\n-D NULL b NULL\n-D NULL b NULL\n");
  EXPECT_EQ(harness.TakeOutput(), "+I 1 a x\n-U 1 a x\n+U 2 a x\n+I 7 b NULL\n-D 7 b NULL\n");
  harness.Push("+U 8 b NULL\n-D NULL a NULL\n-D NULL c NULL\n+U 3 a y\n");
  EXPECT_EQ(harness.TakeOutput(), "+I 8 b NULL\n-D 2 a x\n+I 3 a y\n");
}

TEST_F(ChangelogNormalizeTest, LeavesOutTheOldRowThatNobodyNeeds) {
  OperatorHarness harness = Make(false);
  harness.Push("+U 1 a x\n+U 2 a x\n").Push("+U 2 a z\n-D NULL a NULL\n");
  EXPECT_EQ(harness.TakeOutput(), "+I 1 a x\n+U 2 a x\n+U 2 a z\n-D 2 a z\n");
}

TEST_F(ChangelogNormalizeTest, PeopleSeeTheLastRows) {
  OperatorHarness harness = Make(false);
  harness.Push("+U 1 a x\n+U 2 a y\n+U 3 b NULL\n+U 4 c z\n-D NULL c NULL\n");
  EXPECT_EQ(harness.State(), "rows: v, k*, w\n+I 2 a y\n+I 3 b NULL\n");
  EXPECT_EQ(harness.State("b"), "rows: v, k*, w\n+I 3 b NULL\n");
}

}  // namespace
}  // namespace weir
