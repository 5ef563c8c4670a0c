#include "jobmanager/committer.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "jobmanager/test_plan.h"

namespace weir {
namespace {

std::string Print(const Committer::Actions& actions) {
  std::ostringstream out;
  for (const Committer::Action& action : actions) {
    out << (out.tellp() > 0 ? " " : "");
    if (auto* a = std::get_if<Committer::Send>(&action)) {
      out << a->checkpoint << ":" << a->unit.uid << "@" << a->unit.task.subtask;
    }
    if (auto* a = std::get_if<Committer::Done>(&action)) out << "done" << a->checkpoint;
    if (auto* a = std::get_if<Committer::Fail>(&action)) out << "fail:" << a->cause.ToString();
  }
  return out.str();
}

Committer::Unit Unit(int64_t checkpoint, const std::string& uid, int32_t subtask) {
  checkpoint::PreparedCommit prepared;
  prepared.set_checkpoint_id(checkpoint);
  prepared.set_uid(uid);
  prepared.set_subtask(subtask);
  prepared.add_committables()->set_content("rows");
  return {Task(1, subtask), uid, {prepared}};
}

class CommitterTest : public testing::Test {
 protected:
  std::string Add(int64_t id, std::vector<Committer::Unit> units) {
    return Print(committer_.Add(CheckpointId(id), std::move(units)));
  }
  std::string Answer(int64_t id, const std::string& uid, int32_t subtask, Status status = {},
                     Timestamp now = 0) {
    return Print(committer_.OnCommitted(CheckpointId(id), Task(1, subtask), uid, status, now));
  }
  Committer committer_;
};

TEST_F(CommitterTest, AllOfOneCheckpointBeforeAnyOfTheNext) {
  EXPECT_EQ(Print(committer_.Start()), "");
  EXPECT_EQ(Add(1, {Unit(1, "a", 0), Unit(1, "a", 1), Unit(1, "b", 0)}), "1:a@0 1:a@1 1:b@0");
  EXPECT_FALSE(committer_.Blocked());
  EXPECT_EQ(Add(2, {Unit(2, "a", 0), Unit(2, "a", 1)}), "");
  EXPECT_TRUE(committer_.Blocked());
  EXPECT_EQ(committer_.Uncommitted().size(), 5u);
  EXPECT_EQ(Answer(1, "a", 1), "");
  EXPECT_EQ(Answer(1, "a", 1), "") << "a repeated answer";
  EXPECT_EQ(Answer(1, "b", 0), "");
  EXPECT_EQ(committer_.Uncommitted().size(), 3u);
  EXPECT_EQ(Answer(2, "a", 0), "") << "nobody asked for it yet";
  EXPECT_EQ(Answer(1, "a", 0), "done1 2:a@0 2:a@1");
  EXPECT_FALSE(committer_.Blocked());
  EXPECT_EQ(Answer(2, "a", 0), "");
  EXPECT_EQ(Answer(2, "a", 1), "done2");
  EXPECT_TRUE(committer_.Uncommitted().empty());
}

TEST_F(CommitterTest, NothingToCommitIsDoneInItsTurn) {
  committer_.Start();
  EXPECT_EQ(Add(1, {}), "done1");
  EXPECT_EQ(Add(2, {Unit(2, "a", 0)}), "2:a@0");
  EXPECT_EQ(Add(3, {}), "");
  EXPECT_EQ(Answer(2, "a", 0), "done2 done3");
}

TEST_F(CommitterTest, RestoredOnesWaitForTheTasks) {
  EXPECT_EQ(Add(4, {Unit(4, "a", 0)}), "");
  EXPECT_EQ(Add(5, {Unit(5, "a", 0)}), "");
  EXPECT_EQ(Print(committer_.Start()), "4:a@0");
  EXPECT_EQ(Answer(4, "a", 0), "done4 5:a@0");
}

TEST_F(CommitterTest, RepeatsWithAGrowingDelay) {
  committer_.Start();
  Add(1, {Unit(1, "a", 2)});
  EXPECT_EQ(Answer(1, "a", 2, UnavailableError("refused"), 1000), "");
  EXPECT_EQ(committer_.WaitingReason(),
            "waits for the commit of checkpoint 1 by sink a (subtask 2): refused");
  EXPECT_EQ(committer_.NextDeadline(), 1100);
  EXPECT_EQ(Print(committer_.OnTime(1099)), "");
  EXPECT_EQ(Print(committer_.OnTime(1100)), "1:a@2");
  EXPECT_EQ(committer_.NextDeadline(), std::nullopt);
  EXPECT_EQ(Answer(1, "a", 2, UnavailableError("refused"), 2000), "");
  EXPECT_EQ(committer_.NextDeadline(), 2200);
  for (int i = 0; i < 20; ++i) {
    committer_.OnTime(*committer_.NextDeadline());
    Answer(1, "a", 2, UnavailableError("refused"), 0);
  }
  EXPECT_EQ(committer_.NextDeadline(), 10'000) << "never longer than this";
  EXPECT_EQ(Print(committer_.OnTime(10'000)), "1:a@2");
  EXPECT_EQ(Answer(1, "a", 2), "done1");
  EXPECT_EQ(committer_.WaitingReason(), "");
}

TEST_F(CommitterTest, FailsClosed) {
  committer_.Start();
  Add(1, {Unit(1, "a", 0)});
  const std::string unknown = Answer(1, "a", 0, UnknownError("connection lost"));
  EXPECT_EQ(
      unknown.rfind("fail:data loss: commit of checkpoint 1 by sink a (subtask 0): nobody", 0), 0u)
      << unknown;
  EXPECT_EQ(committer_.Uncommitted().size(), 1u);
}

TEST_F(CommitterTest, WhatCannotWorkFailsTheJob) {
  committer_.Start();
  Add(1, {Unit(1, "a", 0)});
  EXPECT_EQ(Answer(1, "a", 0, PermissionDeniedError("orders")),
            "fail:permission denied: commit of checkpoint 1 by sink a (subtask 0): orders");
}

TEST_F(CommitterTest, StopForgets) {
  committer_.Start();
  Add(7, {Unit(7, "a", 0)});
  committer_.Stop();
  EXPECT_EQ(Answer(7, "a", 0), "");
  EXPECT_FALSE(committer_.Blocked());
  EXPECT_EQ(Add(7, {Unit(7, "a", 1)}), "") << "restored";
  EXPECT_EQ(Print(committer_.Start()), "7:a@1");
}

TEST_F(CommitterTest, IdsRise) {
  Add(2, {});
  EXPECT_DEATH(Add(2, {}), "2 after 2");
}

}  // namespace
}  // namespace weir
