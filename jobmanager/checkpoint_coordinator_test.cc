#include "jobmanager/checkpoint_coordinator.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "jobmanager/test_plan.h"

namespace weir {
namespace {

using Coordinator = CheckpointCoordinator;

std::string Print(const Coordinator::Actions& actions) {
  std::ostringstream out;
  for (const Coordinator::Action& action : actions) {
    out << (out.tellp() > 0 ? " " : "");
    if (auto* a = std::get_if<Coordinator::Trigger>(&action)) {
      out << (a->begins ? "trigger" : "again") << a->id << (a->full ? "full" : "")
          << (a->stop ? "stop" : "") << (a->drain ? "drain" : "");
      for (TaskId task : a->tasks) out << "," << task;
    }
    if (auto* a = std::get_if<Coordinator::Publish>(&action)) {
      out << "publish" << a->manifest.checkpoint_id() << "(keep";
      for (CheckpointId id : a->retained) out << " " << id;
      out << ")";
    }
    if (auto* a = std::get_if<Coordinator::Completed>(&action)) {
      out << "completed" << a->id << (a->commits.empty() ? "" : "+commits");
    }
    if (auto* a = std::get_if<Coordinator::Abort>(&action)) out << "abort" << a->id;
    if (auto* a = std::get_if<Coordinator::Delete>(&action)) {
      out << "delete(";
      for (CheckpointId id : a->manifests) out << id << " ";
      for (const std::string& file : a->files) out << file << " ";
      out << ")";
    }
    if (auto* a = std::get_if<Coordinator::FailJob>(&action)) out << "fail:" << a->cause.message();
    if (auto* a = std::get_if<Coordinator::CopySavepoint>(&action)) {
      out << "copy" << a->manifest.checkpoint_id() << ":" << a->folder;
    }
    if (auto* a = std::get_if<Coordinator::SavepointDone>(&action)) {
      out << "answer" << a->request << ":" << (a->status.ok() ? a->folder : a->status.message());
    }
    if (auto* a = std::get_if<Coordinator::Stopped>(&action)) out << "stopped:" << a->folder;
    if (auto* a = std::get_if<Coordinator::StopGivenUp>(&action)) {
      out << "givenup:" << a->cause.message();
    }
    if (std::holds_alternative<Coordinator::LoseLeadership>(action)) out << "lost";
    if (std::holds_alternative<Coordinator::FinishTasks>(action)) out << "finish";
  }
  return out.str();
}

// source/1 -> sink/1, a checkpoint a second.
class CheckpointCoordinatorTest : public testing::Test {
 protected:
  void Make(CheckpointConfig config = {.interval = Duration(1000), .tolerable_failures = 1}) {
    coordinator_ = std::make_unique<Coordinator>(plan_, "job", config, committer_);
    coordinator_->Restore({}, nullptr);
    committer_.Start();
    EXPECT_EQ(Print(coordinator_->Start(0)), "");
  }
  std::string Time(Timestamp now) { return Print(coordinator_->OnTime(now)); }
  // `files`: "name" is written by this checkpoint, "name:3" by checkpoint 3.
  std::string Ack(int32_t vertex, int64_t id, std::vector<std::string> files = {},
                  bool finished = false, const std::string& committable = "", Timestamp now = 0) {
    checkpoint::TaskSnapshot snapshot;
    snapshot.set_vertex(vertex);
    snapshot.set_finished(finished);
    auto* op = snapshot.add_operators();
    op->set_uid(plan_.vertices[vertex].uids[0]);
    if (!committable.empty()) op->add_committables()->set_content(committable);
    auto* keyed = op->add_keyed();
    for (const std::string& file : files) {
      auto* handle = keyed->add_base();
      const size_t colon = file.find(':');
      handle->set_path(file.substr(0, colon));
      handle->set_checkpoint_id(colon == std::string::npos ? id
                                                           : std::stoll(file.substr(colon + 1)));
    }
    return Print(
        coordinator_->OnSnapshot(Task(vertex, 0), CheckpointId(id), snapshot, {10, 5}, now));
  }
  std::string Published(int64_t id, Status status = {}, Timestamp now = 0) {
    return Print(coordinator_->OnPublished(CheckpointId(id), status, now));
  }
  std::string Copied(int64_t id, const std::string& folder, Status status, Timestamp now) {
    return Print(coordinator_->OnSavepointCopied(CheckpointId(id), folder, status, now));
  }
  std::string Complete(int64_t id, Timestamp now, std::vector<std::string> files = {}) {
    Time(now);
    Ack(0, id);
    Ack(1, id, std::move(files));
    return Published(id, {}, now);
  }

  JobPlan plan_ = TestPlan({{"source", 1}, {"sink", 1}});
  Committer committer_;
  std::unique_ptr<Coordinator> coordinator_;
};

TEST_F(CheckpointCoordinatorTest, ExistsFromPublicationOn) {
  Make();
  EXPECT_EQ(coordinator_->NextDeadline(), 1000);
  EXPECT_EQ(Time(999), "");
  EXPECT_EQ(Time(1000), "trigger1,0/0");
  EXPECT_EQ(Ack(0, 1), "");
  EXPECT_EQ(Ack(0, 1), "") << "a repeated acknowledgement";
  EXPECT_EQ(Ack(1, 1), "publish1(keep 1)");
  EXPECT_EQ(coordinator_->last_completed(), CheckpointId(0));
  EXPECT_EQ(Time(1'000'000), "") << "one at a time";
  EXPECT_EQ(Published(1, {}, 1500), "completed1");
  EXPECT_EQ(coordinator_->last_completed(), CheckpointId(1));
  EXPECT_EQ(coordinator_->history().newest()[0].sizes.state_bytes, 20);
  EXPECT_EQ(coordinator_->NextDeadline(), 2000);
  EXPECT_EQ(Time(2000), "trigger2,0/0");
}

TEST_F(CheckpointCoordinatorTest, MinPause) {
  Make({.interval = Duration(1000), .min_pause = Duration(800)});
  Time(1000);
  Ack(0, 1);
  Ack(1, 1);
  Published(1, {}, 1900);
  EXPECT_EQ(coordinator_->NextDeadline(), 2700);
}

TEST_F(CheckpointCoordinatorTest, TimeoutAndTolerance) {
  Make({.interval = Duration(1000), .timeout = Duration(500), .tolerable_failures = 1});
  Time(1000);
  Ack(0, 1);
  EXPECT_EQ(coordinator_->NextDeadline(), 1500);
  EXPECT_EQ(Time(1499), "");
  EXPECT_EQ(Time(1500), "abort1");
  EXPECT_EQ(Ack(1, 1), "") << "too late";
  EXPECT_EQ(coordinator_->history().newest()[0].failure,
            "not complete within 500 ms; missing: sink (1/1)");
  EXPECT_EQ(Time(2000), "trigger2,0/0");
  EXPECT_EQ(Print(coordinator_->OnSnapshotFailed(Task(1, 0), CheckpointId(2),
                                                 UnavailableError("disk full"), 2100)),
            "abort2 fail:checkpoint 2 failed: snapshot of sink (1/1): disk full");
}

TEST_F(CheckpointCoordinatorTest, ASuccessForgivesFailures) {
  Make();
  for (int i = 0; i < 3; ++i) {
    Time(1000 + 2000 * i);
    EXPECT_EQ(Print(coordinator_->OnSnapshotFailed(Task(0, 0), CheckpointId(1 + 2 * i),
                                                   UnavailableError("x"), 1000 + 2000 * i)),
              "abort" + std::to_string(1 + 2 * i));
    EXPECT_NE(Complete(2 + 2 * i, 2000 + 2000 * i), "");
  }
}

TEST_F(CheckpointCoordinatorTest, DataLossInASnapshotIsNotTolerated) {
  Make({.interval = Duration(1000), .tolerable_failures = 100});
  Time(1000);
  EXPECT_EQ(
      Print(coordinator_->OnSnapshotFailed(Task(0, 0), CheckpointId(1), DataLossError("x"), 1000)),
      "abort1 fail:checkpoint 1 failed: snapshot of source (1/1): x");
}

TEST_F(CheckpointCoordinatorTest, PublicationFails) {
  Make();
  Time(1000);
  Ack(0, 1);
  Ack(1, 1, {"a"});
  EXPECT_EQ(Published(1, UnavailableError("disk full")), "abort1 delete(a )");
  Time(2000);
  Ack(0, 2);
  Ack(1, 2, {"b"});
  EXPECT_EQ(Published(2, UnknownError("connection lost")),
            "fail:publish checkpoint 2: connection lost")
      << "its files may be needed";
  Time(3000);
  Ack(0, 3);
  Ack(1, 3, {"c"});
  EXPECT_EQ(Published(3, FailedPreconditionError("epoch 8")), "lost");
}

TEST_F(CheckpointCoordinatorTest, DeletesOneLate) {
  Make();
  EXPECT_EQ(Complete(1, 1000, {"a", "b"}), "completed1");
  EXPECT_EQ(Complete(2, 2000, {"b:1", "c"}), "delete(1 ) completed2");
  // A task that has not heard of 2 yet may still build on 1.
  EXPECT_EQ(Complete(3, 3000, {"a:1", "c:2"}), "delete(2 ) completed3");
  EXPECT_EQ(Complete(4, 4000, {"d"}), "delete(3 b ) completed4");
  EXPECT_EQ(Complete(5, 5000, {"e", "d:4"}), "delete(4 a c ) completed5");
}

TEST_F(CheckpointCoordinatorTest, NeverPublishedWithoutItsFiles) {
  Make();
  Complete(1, 1000, {"a"});
  Complete(2, 2000, {"b"});
  Complete(3, 3000, {"c"});
  Time(4000);
  EXPECT_EQ(Ack(0, 4, {"new"}), "");
  EXPECT_EQ(Ack(1, 4, {"a:1"}), "abort4 delete(new )");
  EXPECT_EQ(coordinator_->history().newest()[0].failure,
            "the snapshot of sink (1/1) builds on a, which is no file of a retained checkpoint");
}

TEST_F(CheckpointCoordinatorTest, LateSnapshotsLeaveNothingBehind) {
  Make({.interval = Duration(1000), .timeout = Duration(500), .tolerable_failures = 9});
  Complete(1, 1000, {"a"});
  Time(2000);
  EXPECT_EQ(Ack(0, 2, {"b"}), "");
  EXPECT_EQ(Time(2500), "abort2 delete(b )");
  EXPECT_EQ(Ack(1, 2, {"c", "a:1"}), "delete(c )");
}

// Rows written ahead are in a file from the barrier on, over checkpoints that are given up, until
// they are committed.
TEST_F(CheckpointCoordinatorTest, SinkLogsStayUntilTheyAreCommitted) {
  Make();
  auto acknowledge = [&](int64_t id, const std::vector<std::string>& logs) {
    checkpoint::TaskSnapshot snapshot;
    snapshot.set_vertex(1);
    auto* op = snapshot.add_operators();
    op->set_uid("sink");
    for (const std::string& path : logs) {
      op->add_committables()->mutable_epoch()->add_log()->set_path(path);
    }
    return Print(coordinator_->OnSnapshot(Task(1, 0), CheckpointId(id), snapshot, {0, 0}, 0));
  };
  Time(1000);
  acknowledge(1, {"a"});
  EXPECT_EQ(Print(coordinator_->OnSnapshotFailed(Task(0, 0), CheckpointId(1), UnavailableError("x"),
                                                 1000)),
            "abort1")
      << "the task still has the rows in a";
  Time(2000);
  Ack(0, 2);
  EXPECT_EQ(acknowledge(2, {"a", "b"}), "publish2(keep 2)");
  EXPECT_EQ(Published(2, {}, 2000), "completed2+commits");
  // Not committed yet: the next manifest carries them.
  checkpoint::PreparedCommit prepared;
  for (const char* path : {"a", "b"}) {
    prepared.add_committables()->mutable_epoch()->add_log()->set_path(path);
  }
  committer_.Add(CheckpointId(2), {{Task(1, 0), "sink", {prepared}}});
  EXPECT_EQ(Complete(3, 3000), "delete(2 ) completed3");
  committer_.OnCommitted(CheckpointId(2), Task(1, 0), "sink", {}, 3100);
  EXPECT_EQ(Complete(4, 4000), "delete(3 ) completed4") << "one late, as all files";
  EXPECT_EQ(Complete(5, 5000), "delete(4 a b ) completed5");
}

TEST_F(CheckpointCoordinatorTest, RetainsSeveral) {
  Make({.interval = Duration(1000), .retained = 2});
  Complete(1, 1000, {"a"});
  Time(2000);
  Ack(0, 2);
  EXPECT_EQ(Ack(1, 2, {"b"}), "publish2(keep 2 1)");
  EXPECT_EQ(Published(2), "completed2");
  EXPECT_EQ(Complete(3, 3000, {"c"}), "delete(1 ) completed3");
  EXPECT_EQ(Complete(4, 4000, {"d"}), "delete(2 a ) completed4");
}

TEST_F(CheckpointCoordinatorTest, EndOfInputTakesOneLastCheckpoint) {
  Make();
  EXPECT_EQ(Print(coordinator_->OnEndOfInput(Task(0, 0), 100)), "");
  EXPECT_EQ(Print(coordinator_->OnEndOfInput(Task(1, 0), 200)), "trigger1,0/0,1/0") << "at once";
  EXPECT_EQ(Ack(0, 1, {}, true), "");
  EXPECT_EQ(Ack(1, 1, {}, true, "rows"), "publish1(keep 1)");
  EXPECT_EQ(Published(1, {}, 300), "completed1+commits");
  EXPECT_EQ(Time(1'000'000), "") << "it was the last";
  EXPECT_EQ(Print(coordinator_->OnCommitted(CheckpointId(1), 400)), "finish");
}

TEST_F(CheckpointCoordinatorTest, ATaskThatEndsDuringACheckpointIsAskedDirectly) {
  Make();
  EXPECT_EQ(Time(1000), "trigger1,0/0");
  EXPECT_EQ(Print(coordinator_->OnEndOfInput(Task(0, 0), 1001)), "") << "it was asked";
  EXPECT_EQ(Print(coordinator_->OnEndOfInput(Task(1, 0), 1002)), "again1,1/0");
  EXPECT_EQ(Ack(1, 1, {}, true), "");
  EXPECT_EQ(Ack(0, 1, {}, false), "publish1(keep 1)");
  // The source's share was taken before its end: this is not the last checkpoint yet.
  EXPECT_EQ(Published(1, {}, 1100), "completed1");
  EXPECT_EQ(Print(coordinator_->OnCommitted(CheckpointId(1), 1100)), "trigger2,0/0,1/0");
}

TEST_F(CheckpointCoordinatorTest, LastRoundWithoutCheckpointing) {
  Make({});
  EXPECT_EQ(coordinator_->NextDeadline(), std::nullopt);
  EXPECT_EQ(Print(coordinator_->OnEndOfInput(Task(0, 0), 100)), "");
  EXPECT_EQ(Print(coordinator_->OnEndOfInput(Task(1, 0), 200)), "trigger1,0/0,1/0");
  EXPECT_EQ(Ack(0, 1, {}, true), "");
  EXPECT_EQ(Ack(1, 1, {}, true, "rows"), "completed1+commits") << "nothing is made durable";
  EXPECT_EQ(Print(coordinator_->OnCommitted(CheckpointId(1), 300)), "finish");
}

TEST_F(CheckpointCoordinatorTest, WaitsForCommits) {
  Make();
  checkpoint::PreparedCommit prepared;
  const auto unit = [&] { return Committer::Unit{Task(1, 0), "sink-1", {prepared}}; };
  Complete(1, 1000);
  committer_.Add(CheckpointId(1), {unit()});
  EXPECT_EQ(Time(2000), "trigger2,0/0") << "one may be uncommitted";
  Ack(0, 2);
  auto actions = coordinator_->OnSnapshot(Task(1, 0), CheckpointId(2), {}, {}, 2000);
  EXPECT_EQ(std::get<Coordinator::Publish>(actions.at(0)).manifest.uncommitted_size(), 1);
  Published(2, {}, 2000);
  committer_.Add(CheckpointId(2), {unit()});
  EXPECT_EQ(Time(3000), "") << "two may not";
  EXPECT_EQ(coordinator_->NextDeadline(), std::nullopt);
  committer_.OnCommitted(CheckpointId(1), Task(1, 0), "sink-1", {}, 3100);
  EXPECT_EQ(Print(coordinator_->OnCommitted(CheckpointId(1), 3100)), "trigger3,0/0");
}

TEST_F(CheckpointCoordinatorTest, FailoverGivesUpAndGoesOnWithHigherIds) {
  Make();
  Complete(1, 1000, {"a"});
  Time(2000);
  Ack(1, 2, {"b"});
  EXPECT_EQ(Print(coordinator_->Stop(2100)), "abort2 delete(b )");
  EXPECT_EQ(Ack(0, 2), "") << "late";
  checkpoint::CheckpointManifest stored;
  stored.set_checkpoint_id(1);
  coordinator_->Restore({stored}, nullptr);
  EXPECT_EQ(Print(coordinator_->Start(5000)), "");
  EXPECT_EQ(Time(5999), "");
  EXPECT_EQ(Time(6000), "trigger3,0/0");
}

TEST_F(CheckpointCoordinatorTest, PublicationOutlivesItsAttempt) {
  Make();
  Time(1000);
  Ack(0, 1);
  Ack(1, 1);
  EXPECT_EQ(Print(coordinator_->Stop(1100)), "");
  EXPECT_EQ(Published(1, {}, 1200), "") << "its commits come back with the restored manifest";
  EXPECT_EQ(coordinator_->last_completed(), CheckpointId(1));
}

TEST_F(CheckpointCoordinatorTest, ForeignCheckpointIsNeitherBuiltUponNorDeleted) {
  Make();
  coordinator_->Stop(0);
  checkpoint::CheckpointManifest foreign;
  foreign.set_checkpoint_id(40);
  foreign.add_tasks()->add_operators()->add_keyed()->add_base()->set_path("theirs");
  coordinator_->Restore({}, &foreign);
  coordinator_->Start(0);
  EXPECT_EQ(Time(1000), "trigger41full,0/0");
  EXPECT_EQ(Ack(0, 41), "");
  EXPECT_EQ(Ack(1, 41, {"theirs:40"}), "abort41");
  EXPECT_EQ(Complete(42, 2000, {"a"}), "completed42");
  EXPECT_EQ(Time(3000), "trigger43,0/0");
}

TEST_F(CheckpointCoordinatorTest, SavepointIsACopyOfACheckpointOutOfTurn) {
  Make({.interval = Duration(1000), .min_pause = Duration(800)});
  Complete(1, 1000, {"a"});
  EXPECT_EQ(Print(coordinator_->RequestSavepoint(7, "/s", 1100)), "trigger2,0/0") << "at once";
  EXPECT_EQ(Print(coordinator_->RequestSavepoint(8, "/s", 1110)), "") << "it began too early";
  Ack(0, 2, {"b"});
  Ack(1, 2);
  EXPECT_EQ(Published(2, {}, 1200), "copy2:/s/savepoint-job-2 delete(1 ) completed2");
  EXPECT_EQ(Copied(2, "/s/savepoint-job-2", {}, 1300), "answer7:/s/savepoint-job-2 trigger3,0/0");
  Ack(0, 3, {"b:2"});
  Ack(1, 3);
  EXPECT_EQ(Published(3, {}, 1400), "copy3:/s/savepoint-job-3 delete(2 a ) completed3");
  EXPECT_EQ(Copied(3, "/s/savepoint-job-3", UnavailableError("disk full"), 1500),
            "answer8:disk full");
  EXPECT_EQ(coordinator_->history().newest()[1].savepoints,
            std::vector<std::string>{"/s/savepoint-job-2"});
}

TEST_F(CheckpointCoordinatorTest, FilesStayUntilTheyAreCopied) {
  Make();
  coordinator_->RequestSavepoint(1, "/s", 0);
  Ack(0, 1, {"a"});
  Ack(1, 1);
  EXPECT_EQ(Published(1), "copy1:/s/savepoint-job-1 completed1");
  EXPECT_EQ(Complete(2, 1000, {"b"}), "delete(1 ) completed2");
  EXPECT_EQ(Complete(3, 2000, {"c"}), "delete(2 ) completed3") << "a goes a publication later";
  EXPECT_EQ(Complete(4, 3000, {"d"}), "delete(3 b ) completed4") << "but is still being copied";
  EXPECT_EQ(Copied(1, "/s/savepoint-job-1", {}, 3100), "answer1:/s/savepoint-job-1");
  EXPECT_EQ(Complete(5, 4000), "delete(4 a c ) completed5");
}

TEST_F(CheckpointCoordinatorTest, SavepointThatFailsIsAnswered) {
  Make({.interval = Duration(1000), .tolerable_failures = 9});
  coordinator_->RequestSavepoint(1, "/s", 0);
  EXPECT_EQ(Print(coordinator_->OnSnapshotFailed(Task(1, 0), CheckpointId(1),
                                                 UnavailableError("disk full"), 200)),
            "abort1 answer1:snapshot of sink (1/1): disk full");
  EXPECT_EQ(Time(900), "") << "and not tried again";
  coordinator_->RequestSavepoint(2, "/s", 1100);
  coordinator_->RequestSavepoint(3, "/s", 1100);
  EXPECT_EQ(Print(coordinator_->Stop(1200)),
            "abort2 answer2:the job's tasks ended before it was taken "
            "answer3:the job's tasks ended before it was taken");
}

TEST_F(CheckpointCoordinatorTest, ACopyOutlivesItsAttempt) {
  Make();
  coordinator_->RequestSavepoint(1, "/s", 0);
  Ack(0, 1);
  Ack(1, 1);
  EXPECT_EQ(Print(coordinator_->Stop(100)), "");
  EXPECT_EQ(Published(1), "copy1:/s/savepoint-job-1");
  EXPECT_EQ(Copied(1, "/s/savepoint-job-1", {}, 200), "answer1:/s/savepoint-job-1");
}

TEST_F(CheckpointCoordinatorTest, ACheckpointOutOfTurn) {
  Make({.interval = Duration(1000), .min_pause = Duration(800)});
  EXPECT_EQ(Print(coordinator_->RequestCheckpoint(100)), "trigger1,0/0");
  EXPECT_EQ(Print(coordinator_->RequestCheckpoint(150)), "") << "one is under way";
  Ack(0, 1);
  Ack(1, 1);
  EXPECT_EQ(Published(1, {}, 200), "completed1");
  EXPECT_EQ(Time(900), "") << "then at the usual pace";
  EXPECT_EQ(Time(1100), "trigger2,0/0");
}

TEST_F(CheckpointCoordinatorTest, StopsBehindASavepoint) {
  Make();
  Complete(1, 1000, {"a"});
  EXPECT_EQ(Print(coordinator_->RequestStop("/s", false, 1200)), "trigger2stop,0/0");
  EXPECT_EQ(Print(coordinator_->OnEndOfInput(Task(0, 0), 1210)), "");
  EXPECT_EQ(Ack(0, 2), "");
  EXPECT_EQ(Ack(1, 2), "publish2(keep 2)");
  EXPECT_EQ(Published(2, {}, 1230), "copy2:/s/savepoint-job-2 delete(1 ) completed2");
  EXPECT_EQ(Print(coordinator_->OnCommitted(CheckpointId(2), 1240)), "")
      << "the sink still works off what came before the barrier";
  EXPECT_EQ(Print(coordinator_->OnEndOfInput(Task(1, 0), 1250)), "") << "it is being copied";
  EXPECT_EQ(Copied(2, "/s/savepoint-job-2", {}, 1260), "stopped:/s/savepoint-job-2 finish");
  EXPECT_EQ(Time(1'000'000), "") << "it was the last";
  coordinator_->Stop(1300);
}

TEST_F(CheckpointCoordinatorTest, AStopWhoseSavepointCannotBeWrittenIsGivenUp) {
  Make();
  coordinator_->RequestStop("/s", false, 100);
  Ack(0, 1);
  Ack(1, 1);
  Published(1, {}, 200);
  EXPECT_EQ(Copied(1, "/s/savepoint-job-1", UnavailableError("disk full"), 300),
            "givenup:disk full");
  checkpoint::CheckpointManifest stored;
  stored.set_checkpoint_id(1);
  coordinator_->Stop(310);
  coordinator_->Restore({stored}, nullptr);
  coordinator_->Start(400);
  EXPECT_EQ(Time(1400), "trigger2,0/0");
}

TEST_F(CheckpointCoordinatorTest, AStopWaitsForTheCheckpointUnderWay) {
  Make({.interval = Duration(1000), .min_pause = Duration(800)});
  Time(1000);
  EXPECT_EQ(Print(coordinator_->RequestStop("/s", true, 1010)), "");
  Ack(0, 1);
  Ack(1, 1);
  EXPECT_EQ(Published(1, {}, 1100), "completed1");
  EXPECT_EQ(Print(coordinator_->OnCommitted(CheckpointId(1), 1100)), "trigger2stopdrain,0/0")
      << "at once";
}

TEST_F(CheckpointCoordinatorTest, AStopThatFailsFailsTheAttemptAndIsTriedAgain) {
  Make({.interval = Duration(1000), .tolerable_failures = 9});
  EXPECT_EQ(Print(coordinator_->RequestStop("/s", false, 100)), "trigger1stop,0/0");
  EXPECT_EQ(Print(coordinator_->OnSnapshotFailed(Task(1, 0), CheckpointId(1),
                                                 UnavailableError("disk full"), 200)),
            "abort1 fail:checkpoint 1 failed: snapshot of sink (1/1): disk full");
  coordinator_->Stop(300);
  coordinator_->Restore({}, nullptr);
  EXPECT_EQ(Print(coordinator_->Start(400)), "trigger2stop,0/0");
}

TEST_F(CheckpointCoordinatorTest, AStopThatTakesTooLongBeginsNothingInTheAttemptThatItFails) {
  Make({.interval = Duration(1000), .timeout = Duration(500), .tolerable_failures = 9});
  coordinator_->RequestStop("/s", false, 100);
  EXPECT_EQ(Time(600),
            "abort1 fail:checkpoint 1 failed: not complete within 500 ms; missing: source (1/1), "
            "sink (1/1)");
  EXPECT_EQ(coordinator_->NextDeadline(), std::nullopt);
  coordinator_->Stop(700);
  coordinator_->Restore({}, nullptr);
  EXPECT_EQ(Print(coordinator_->Start(800)), "trigger2stop,0/0");
}

// It had copied its savepoint and not yet ended: the next attempt reads on, so that savepoint is
// not the one behind which the job ends.
TEST_F(CheckpointCoordinatorTest, AStopThatDidNotEndIsStoppedAnew) {
  Make();
  coordinator_->RequestStop("/s", false, 100);
  Ack(0, 1);
  Ack(1, 1);
  Published(1, {}, 200);
  coordinator_->Stop(210);
  EXPECT_EQ(Copied(1, "/s/savepoint-job-1", {}, 300), "");
  checkpoint::CheckpointManifest stored;
  stored.set_checkpoint_id(1);
  coordinator_->Restore({stored}, nullptr);
  EXPECT_EQ(Print(coordinator_->Start(400)), "trigger2stop,0/0");
}

TEST_F(CheckpointCoordinatorTest, Termination) {
  using enum CheckpointRetention;
  using enum JobState;
  const auto stays = [&](CheckpointRetention retention, JobState ended) {
    Make({.interval = Duration(1000), .retention = retention});
    Complete(1, 1000, {"a"});
    coordinator_->Stop(1500);
    coordinator_->OnTerminated(ended);
    EXPECT_EQ(coordinator_->IsRetained(CheckpointId(1)), KeepsCheckpoints(retention, ended));
    return KeepsCheckpoints(retention, ended);
  };
  for (JobState ended : {kFinished, kFailed, kCanceled}) {
    EXPECT_FALSE(stays(kDeleteOnTermination, ended)) << JobStateName(ended);
    EXPECT_EQ(stays(kDeleteOnCancellation, ended), ended == kFailed) << JobStateName(ended);
    EXPECT_EQ(stays(kRetainOnCancellation, ended), ended != kFinished) << JobStateName(ended);
  }
}

TEST_F(CheckpointCoordinatorTest, StorageMustNotGoBack) {
  Make();
  Complete(1, 1000);
  coordinator_->Stop(1500);
  EXPECT_DEATH(coordinator_->Restore({}, nullptr), "storage went back from checkpoint 1 to 0");
}

}  // namespace
}  // namespace weir
