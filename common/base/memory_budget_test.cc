#include "common/base/memory_budget.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(MemoryBudgetTest, OneMayHoldEverythingThatIsFree) {
  auto budget = std::make_shared<MemoryBudget>(1000);
  auto a = budget->NewShare();
  auto b = budget->NewShare();
  EXPECT_EQ(a->Allowance(), 1000u);
  a->Hold(900);
  EXPECT_EQ(a->Allowance(), 1000u);
  EXPECT_EQ(b->Allowance(), 100u);
  a->Hold(0);
  EXPECT_EQ(b->Allowance(), 1000u);
}

TEST(MemoryBudgetTest, WhoHoldsMoreThanItsPartGivesBackWhatIsTooMuch) {
  auto budget = std::make_shared<MemoryBudget>(1000);
  int asked = 0;
  auto a = budget->NewShare([&] { ++asked; });
  auto b = budget->NewShare();
  a->Hold(900);
  b->Hold(100);
  EXPECT_EQ(asked, 0);
  b->Hold(300);
  b->Hold(310);
  EXPECT_EQ(asked, 1);  // until it has looked
  EXPECT_EQ(a->Allowance(), 690u);
  EXPECT_EQ(b->Allowance(), 500u);
  b->Hold(500);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(a->Allowance(), 500u);
  a->Hold(500);
  EXPECT_EQ(a->Allowance(), 500u);
  EXPECT_EQ(b->Allowance(), 500u);
}

TEST(MemoryBudgetTest, AShareThatGoesLeavesItsPart) {
  auto budget = std::make_shared<MemoryBudget>(1000);
  auto a = budget->NewShare();
  {
    auto b = budget->NewShare();
    b->Hold(1200);
    EXPECT_EQ(a->Allowance(), 500u);
  }
  EXPECT_EQ(a->Allowance(), 1000u);
  EXPECT_EQ(budget->held(), 0u);
}

}  // namespace
}  // namespace weir
