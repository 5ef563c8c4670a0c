#include "jobmanager/split_assigner.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace weir {
namespace {

// "1<-p1@5,p3@5! 0<-p0@5": reader 1 gets the splits p1 and p3 at 5 and will get no more.
std::string Print(const SplitAssigner::Assignments& assignments) {
  std::ostringstream out;
  for (const auto& a : assignments) {
    out << (out.tellp() > 0 ? " " : "") << a.subtask << "<-";
    for (size_t i = 0; i < a.splits.size(); ++i) {
      out << (i > 0 ? "," : "") << a.splits[i].id << "@" << a.splits[i].position
          << (a.splits[i].discovered_later ? "(later)" : "");
    }
    if (a.no_more) out << "!";
  }
  return out.str();
}

Discovery Partitions(int count, bool complete = false,
                     SplitPlacement placement = SplitPlacement::kByHash) {
  Discovery discovery{.placement = placement, .complete = complete};
  for (int i = 0; i < count; ++i) {
    discovery.splits.push_back(
        {.id = "p" + std::to_string(i), .position = "5", .hash = static_cast<uint64_t>(i + 10)});
  }
  return discovery;
}

checkpoint::SplitState At(const std::string& id, const std::string& position,
                          bool finished = false) {
  checkpoint::SplitState state;
  state.set_split_id(id);
  state.set_position(position);
  state.set_watermark(77);
  state.set_finished(finished);
  return state;
}

TEST(SplitAssignerTest, ByHashEvenlyAfterTheRecord) {
  SplitAssigner assigner(2);
  EXPECT_EQ(Print(assigner.OnReaderReady(1)), "");
  EXPECT_EQ(Print(assigner.OnDiscovered(Partitions(4))), "") << "not on record yet";
  EXPECT_FALSE(assigner.released());
  EXPECT_EQ(Print(assigner.Release()), "1<-p1@5,p3@5");
  EXPECT_TRUE(assigner.released());
  EXPECT_EQ(Print(assigner.OnReaderReady(0)), "0<-p0@5,p2@5");
  EXPECT_EQ(Print(assigner.OnDiscovered(Partitions(4))), "") << "all known";
}

TEST(SplitAssignerTest, LaterOnesAreReadFromTheirFirstRow) {
  SplitAssigner assigner(2);
  assigner.OnReaderReady(0);
  assigner.OnReaderReady(1);
  assigner.OnDiscovered(Partitions(1));
  EXPECT_EQ(Print(assigner.Release()), "0<-p0@5 1<-") << "reader 1 hears that it is idle";
  EXPECT_EQ(Print(assigner.OnDiscovered(Partitions(3))), "0<-p2@5(later) 1<-p1@5(later)");
}

TEST(SplitAssignerTest, EndOfABoundedSource) {
  SplitAssigner assigner(3);
  assigner.OnDiscovered(Partitions(2, true));
  assigner.Release();
  EXPECT_EQ(Print(assigner.OnReaderReady(1)), "1<-p0@5!");
  EXPECT_EQ(Print(assigner.OnReaderReady(0)), "0<-!") << "a reader without a split ends, too";
  EXPECT_EQ(Print(assigner.OnReaderReady(2)), "2<-p1@5!");
}

TEST(SplitAssignerTest, Queue) {
  SplitAssigner assigner(2);
  EXPECT_EQ(Print(assigner.OnReaderRequest(1)), "");
  assigner.OnDiscovered(Partitions(3, true, SplitPlacement::kQueue));
  EXPECT_EQ(Print(assigner.Release()), "1<-p0@5");
  EXPECT_EQ(Print(assigner.OnReaderReady(0)), "") << "it has not asked";
  EXPECT_EQ(Print(assigner.OnReaderRequest(0)), "0<-p1@5");
  EXPECT_EQ(Print(assigner.OnReaderRequest(1)), "1<-p2@5");
  EXPECT_EQ(Print(assigner.OnReaderRequest(1)), "1<-!");
  EXPECT_EQ(Print(assigner.OnReaderRequest(0)), "0<-!");
}

TEST(SplitAssignerTest, UnboundedQueueWaitsForMore) {
  SplitAssigner assigner(1);
  assigner.OnDiscovered(Partitions(0, false, SplitPlacement::kQueue));
  assigner.Release();
  EXPECT_EQ(Print(assigner.OnReaderRequest(0)), "0<-") << "it hears that it is idle";
  EXPECT_EQ(Print(assigner.OnReaderRequest(0)), "");
  EXPECT_EQ(Print(assigner.OnDiscovered(Partitions(2, false, SplitPlacement::kQueue))),
            "0<-p0@5(later)");
}

TEST(SplitAssignerTest, RestoreAtAnotherParallelism) {
  SplitAssigner before(1);
  before.OnReaderReady(0);
  before.OnDiscovered(Partitions(3));
  before.Release();
  const std::string snapshot = before.Snapshot();

  SplitAssigner after(2);
  ASSERT_TRUE(after.Restore(snapshot, {At("p0", "8"), At("p1", "9"), At("p2", "7")}).ok());
  EXPECT_TRUE(after.released());
  const auto assignments = after.OnReaderReady(0);
  EXPECT_EQ(Print(assignments), "0<-p0@8,p2@7");
  EXPECT_EQ(assignments[0].splits[0].watermark, 77);
  EXPECT_EQ(Print(after.OnReaderReady(1)), "1<-p1@9");
  EXPECT_EQ(Print(after.OnDiscovered(Partitions(4))), "1<-p3@5(later)");
}

TEST(SplitAssignerTest, RestoredQueueKeepsWhatIsReadAndWhatIsNot) {
  SplitAssigner before(1);
  before.OnDiscovered(Partitions(4, true, SplitPlacement::kQueue));
  before.Release();
  before.OnReaderRequest(0);  // p0: read to its end
  before.OnReaderRequest(0);  // p1: reported as finished
  before.OnReaderRequest(0);  // p2: in the middle
  SplitAssigner after(2);
  ASSERT_TRUE(after.Restore(before.Snapshot(), {At("p1", "99", true), At("p2", "6")}).ok());
  EXPECT_EQ(Print(after.OnReaderRequest(1)), "1<-p3@5");
  EXPECT_EQ(Print(after.OnReaderRequest(1)), "1<-p2@6");
  EXPECT_EQ(Print(after.OnReaderRequest(0)), "0<-!");
  // And once more: what was finished stays so.
  SplitAssigner again(1);
  ASSERT_TRUE(again.Restore(after.Snapshot(), {At("p2", "7")}).ok());
  EXPECT_EQ(Print(again.OnReaderRequest(0)), "0<-p2@7");
  EXPECT_EQ(Print(again.OnReaderRequest(0)), "0<-!");
}

TEST(SplitAssignerTest, LaterSplitKeepsItsFlagUntilItIsRead) {
  SplitAssigner before(1);
  before.OnDiscovered(Partitions(1));
  before.Release();
  before.OnDiscovered(Partitions(2));  // p1 later; no reader is ready
  SplitAssigner unread(1);
  ASSERT_TRUE(unread.Restore(before.Snapshot(), {}).ok());
  EXPECT_EQ(Print(unread.OnReaderReady(0)), "0<-p0@5,p1@5(later)");
  SplitAssigner read(1);
  ASSERT_TRUE(read.Restore(unread.Snapshot(), {At("p0", "6"), At("p1", "3")}).ok());
  EXPECT_EQ(Print(read.OnReaderReady(0)), "0<-p0@6,p1@3");
}

TEST(SplitAssignerTest, RecordOfTheFirstDiscovery) {
  SplitAssigner before(2);
  before.OnDiscovered(Partitions(2));
  SplitAssigner after(2);
  ASSERT_TRUE(after.RestoreUnread(before.Snapshot()).ok());
  EXPECT_EQ(Print(after.OnReaderReady(0)), "0<-p0@5");
  // "latest" has moved on outside; the record counts.
  Discovery moved = Partitions(2);
  moved.splits[1].position = "50";
  EXPECT_EQ(Print(after.OnDiscovered(moved)), "");
  EXPECT_EQ(Print(after.OnReaderReady(1)), "1<-p1@5");
}

TEST(SplitAssignerTest, RefusesWhatContradictsItself) {
  SplitAssigner before(1);
  before.OnReaderReady(0);
  before.OnDiscovered(Partitions(1));
  before.Release();
  SplitAssigner after(1);
  EXPECT_EQ(after.Restore("\xff\xff", {}).code(), StatusCode::kDataLoss);
  EXPECT_EQ(after.Restore(before.Snapshot(), {At("p9", "1")}).code(), StatusCode::kDataLoss);
  EXPECT_EQ(after.Restore(before.Snapshot(), {At("p0", "1"), At("p0", "2")}).code(),
            StatusCode::kDataLoss);
  EXPECT_EQ(after.RestoreUnread(before.Snapshot()).code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace weir
