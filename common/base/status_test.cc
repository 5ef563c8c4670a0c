#include "common/base/status.h"

#include <gtest/gtest.h>

#include <memory>

namespace weir {
namespace {

StatusOr<int> Half(int n) {
  if (n % 2) return InvalidArgumentError("odd");
  return n / 2;
}

Status Quarter(int n, int* out) {
  ASSIGN_OR_RETURN(int half, Half(n));
  ASSIGN_OR_RETURN(*out, Half(half));
  return OkStatus();
}

TEST(StatusTest, CarriesTheFirstErrorOut) {
  int out = 0;
  EXPECT_EQ(Quarter(8, &out), OkStatus());
  EXPECT_EQ(out, 2);
  EXPECT_EQ(Quarter(6, &out), InvalidArgumentError("odd"));
}

TEST(StatusTest, AnnotatesOutermostFirst) {
  Status s = NotFoundError("no such file");
  s.Annotate("open chk-12");
  EXPECT_EQ(std::move(s).Annotate("restore").ToString(),
            "not found: restore: open chk-12: no such file");
}

TEST(StatusOrTest, HoldsWhatCannotBeCopied) {
  StatusOr<std::unique_ptr<int>> s = std::make_unique<int>(7);
  ASSERT_TRUE(s.ok());
  EXPECT_EQ(**s, 7);
}

TEST(CheckTest, StopsTheProcessAndNamesTheCondition) {
  EXPECT_DEATH(CHECK(1 > 2) << "because", "1 > 2 because");
}

}  // namespace
}  // namespace weir
