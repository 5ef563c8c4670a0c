#include "taskmanager/task_life.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(TaskLifeTest, RunsThroughItsPhases) {
  TaskLife life;
  EXPECT_FALSE(life.Run()) << "not yet deployed";
  EXPECT_TRUE(life.Deploy());
  EXPECT_FALSE(life.Deploy());
  EXPECT_TRUE(life.Initialize());
  EXPECT_FALSE(life.EndInput());
  EXPECT_TRUE(life.Run());
  EXPECT_FALSE(life.Finish()) << "its input has not ended";
  EXPECT_TRUE(life.EndInput());
  EXPECT_TRUE(life.Finish());
  EXPECT_EQ(life.phase(), TaskPhase::kRunning) << "until its resources are given back";
  EXPECT_FALSE(life.running());
  EXPECT_TRUE(life.Closed());
  EXPECT_EQ(life.phase(), TaskPhase::kFinished);
}

// From every phase: the first end wins and what comes later changes nothing.
TEST(TaskLifeTest, TheFirstEndWins) {
  for (int steps = 0; steps <= 3; ++steps) {
    for (bool cancel : {true, false}) {
      TaskLife life;
      if (steps > 0) life.Deploy();
      if (steps > 1) life.Initialize();
      if (steps > 2) life.Run();
      EXPECT_FALSE(life.Closed()) << "nothing has ended";
      EXPECT_TRUE(cancel ? life.Cancel() : life.Fail(UnavailableError("x")));
      EXPECT_TRUE(life.closing());
      EXPECT_FALSE(life.Fail(InternalError("later")));
      EXPECT_FALSE(life.Cancel());
      EXPECT_FALSE(life.Deploy() || life.Initialize() || life.Run() || life.EndInput() ||
                   life.Finish());
      EXPECT_TRUE(life.Closed());
      EXPECT_FALSE(life.Closed());
      EXPECT_EQ(life.phase(), cancel ? TaskPhase::kCanceled : TaskPhase::kFailed);
      EXPECT_EQ(life.cause(), cancel ? OkStatus() : UnavailableError("x"));
      EXPECT_EQ(TaskPhaseName(life.phase()), cancel ? "CANCELED" : "FAILED");
    }
  }
}

}  // namespace
}  // namespace weir
