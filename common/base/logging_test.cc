#include "common/base/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace weir {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(LogTailTest, HoldsTheLastLinesByTheirBytes) {
  LOG(kInfo) << "the first line";
  LOG(kWarning) << "the second line";
  EXPECT_THAT(ReadLogTail(10000), HasSubstr("the first line\n"));
  EXPECT_THAT(ReadLogTail(10000), EndsWith("the second line\n"));
  const std::string one = ReadLogTail(ReadLogTail(10000).size() - 1);
  EXPECT_THAT(one, Not(HasSubstr("the first line"))) << "whole lines only";
  EXPECT_THAT(one, EndsWith("the second line\n"));
  EXPECT_EQ(ReadLogTail(3), "");
  // What it holds is bounded, however long lines are.
  for (int i = 0; i < 100; ++i) LOG(kInfo) << std::string(20000, 'x');
  EXPECT_LE(ReadLogTail(100 << 20).size(), 512u << 10);
  EXPECT_GE(ReadLogTail(100 << 20).size(), 480u << 10);
}

TEST(LogTailTest, ManyThreadsWriteAndRead) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([] {
      for (int i = 0; i < 200; ++i) {
        LOG(kInfo) << "line " << i;
        ReadLogTail(1000);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(ReadLogTail(10000), EndsWith("line 199\n"));
}

}  // namespace
}  // namespace weir
