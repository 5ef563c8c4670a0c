#include "operators/window.h"

#include <gtest/gtest.h>

#include "proto/plan.pb.h"

namespace weir {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kHour = 60 * kMinute;

WindowAssigner Make(plan::WindowSpec::Kind kind, int64_t size, int64_t slide = 0,
                    int64_t offset = 0, const std::string& zone = "") {
  plan::WindowSpec spec;
  spec.set_kind(kind);
  spec.set_size_ms(size);
  spec.set_slide_ms(slide);
  spec.set_offset_ms(offset);
  spec.set_time_zone(zone);
  StatusOr<WindowAssigner> assigner = WindowAssigner::Make(spec);
  EXPECT_TRUE(assigner.ok()) << assigner.status();
  return *assigner;
}

TEST(WindowAssignerTest, TumbleWithOffsets) {
  // 00:00:04 in windows of 10 minutes.
  struct Case {
    int64_t offset, start;
  };
  for (auto [offset, start] : {Case{0, 0}, Case{-4 * kMinute, -4 * kMinute},
                               Case{4 * kMinute, -6 * kMinute}, Case{16 * kMinute, -4 * kMinute}}) {
    WindowAssigner assigner = Make(plan::WindowSpec::TUMBLE, 10 * kMinute, 0, offset);
    WallTime end = assigner.SliceEnd(4000);
    EXPECT_EQ(end, start + 10 * kMinute) << offset;
    EXPECT_EQ(assigner.StartOf(end), start) << offset;
    EXPECT_TRUE(assigner.one_slice_per_window());
  }
}

TEST(WindowAssignerTest, HopSharesSlices) {
  WindowAssigner assigner = Make(plan::WindowSpec::HOP, 10 * kMinute, 5 * kMinute);
  EXPECT_EQ(assigner.SliceEnd(7 * kMinute), 10 * kMinute);
  EXPECT_EQ(assigner.WindowsOfSlice(10 * kMinute),
            (std::vector<Window>{{0, 10 * kMinute}, {5 * kMinute, 15 * kMinute}}));
  EXPECT_EQ(assigner.LastWindowEnd(10 * kMinute), 15 * kMinute);
  EXPECT_TRUE(assigner.InWindow(10 * kMinute, 15 * kMinute));
  EXPECT_FALSE(assigner.InWindow(5 * kMinute, 15 * kMinute));
}

TEST(WindowAssignerTest, HopWhoseSizeIsNoMultipleOfItsSlide) {
  WindowAssigner assigner = Make(plan::WindowSpec::HOP, 10, 4);
  EXPECT_EQ(assigner.slice_ms(), 2);
  // 7 lies in [0, 10) and [4, 14).
  EXPECT_EQ(assigner.WindowsOfSlice(assigner.SliceEnd(7)), (std::vector<Window>{{0, 10}, {4, 14}}));
  // 9 lies in [0, 10), [4, 14) and [8, 18).
  EXPECT_EQ(assigner.WindowsOfSlice(assigner.SliceEnd(9)),
            (std::vector<Window>{{0, 10}, {4, 14}, {8, 18}}));
  EXPECT_EQ(assigner.LastWindowEnd(assigner.SliceEnd(9)), 18);
}

TEST(WindowAssignerTest, HopWithASlideLongerThanItsSizeSkipsTime) {
  WindowAssigner assigner = Make(plan::WindowSpec::HOP, 2, 5);
  EXPECT_EQ(assigner.WindowsOfSlice(assigner.SliceEnd(1)), (std::vector<Window>{{0, 2}}));
  EXPECT_TRUE(assigner.WindowsOfSlice(assigner.SliceEnd(3)).empty());
}

TEST(WindowAssignerTest, CumulateGrowsToItsSize) {
  WindowAssigner assigner = Make(plan::WindowSpec::CUMULATE, 6 * kMinute, 2 * kMinute);
  EXPECT_EQ(assigner.WindowsOfSlice(assigner.SliceEnd(3 * kMinute)),
            (std::vector<Window>{{0, 4 * kMinute}, {0, 6 * kMinute}}));
  EXPECT_EQ(assigner.LastWindowEnd(2 * kMinute), 6 * kMinute);
  EXPECT_EQ(assigner.StartOf(8 * kMinute), 6 * kMinute);
}

TEST(WindowAssignerTest, FiresOneMillisecondBeforeTheEnd) {
  WindowAssigner assigner = Make(plan::WindowSpec::TUMBLE, kMinute);
  EXPECT_EQ(assigner.FireTime(kMinute), kMinute - 1);
}

TEST(WindowZoneTest, FollowsTheClockOfThePlace) {
  StatusOr<WindowZone> zone = WindowZone::Make("Europe/Berlin");
  ASSERT_TRUE(zone.ok()) << zone.status();
  const Timestamp summer_begins = 1774746000000;  // 2026-03-29 01:00 UTC: 02:00 becomes 03:00
  EXPECT_EQ(zone->ToWall(summer_begins - 1), summer_begins - 1 + kHour);
  EXPECT_EQ(zone->ToWall(summer_begins), summer_begins + 2 * kHour);
  // 02:30 does not exist: it means 03:30.
  EXPECT_EQ(zone->FromWall(summer_begins + kHour + 30 * kMinute), summer_begins + 30 * kMinute);
  EXPECT_FALSE(WindowZone::Make("Mars/Olympus").ok());
}

}  // namespace
}  // namespace weir
