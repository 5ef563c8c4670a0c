#include "taskmanager/watermark_merger.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace weir {
namespace {

// Runs a script of "CHANNEL:TIME", "CHANNEL:idle", "CHANNEL:idle@TIME", "CHANNEL:end" and prints
// what goes on, one word per step: "." (nothing), a time, "T!" (idle at T), "max", "min!".
std::string RunWatermarks(int channels, const std::string& script) {
  WatermarkMerger merger(channels);
  std::istringstream in(script);
  std::string step, out;
  while (in >> step) {
    const int channel = step[0] - '0';
    const std::string what = step.substr(2);
    std::optional<Watermark> merged;
    if (what == "end") {
      merged = merger.OnEndOfInput(channel);
    } else if (what == "max") {
      merged = merger.OnWatermark(channel, {kMaxTimestamp, false});
    } else if (what.rfind("idle", 0) == 0) {
      merged = merger.OnWatermark(
          channel, {what.size() > 5 ? std::stoll(what.substr(5)) : kMinTimestamp, true});
    } else {
      merged = merger.OnWatermark(channel, {std::stoll(what), false});
    }
    if (!out.empty()) out += " ";
    if (!merged) {
      out += ".";
    } else {
      out += merged->time == kMaxTimestamp   ? "max"
             : merged->time == kMinTimestamp ? "min"
                                             : std::to_string(merged->time);
      if (merged->idle) out += "!";
    }
  }
  return out;
}

struct WatermarkCase {
  const char* name;
  int channels;
  const char* script;
  const char* want;
};

class WatermarkMergerTest : public testing::TestWithParam<WatermarkCase> {};

TEST_P(WatermarkMergerTest, Script) {
  EXPECT_EQ(RunWatermarks(GetParam().channels, GetParam().script), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    All, WatermarkMergerTest,
    testing::Values(
        WatermarkCase{"one_channel_passes_through", 1, "0:5 0:7 0:7 0:6", "5 7 . ."},
        WatermarkCase{"minimum_over_channels", 2, "0:5 1:3 1:9 0:8", ". 3 5 8"},
        WatermarkCase{"a_silent_channel_holds_time_back", 3, "0:5 1:6", ". ."},
        WatermarkCase{"idle_channel_is_left_out", 2, "0:5 1:idle 0:9", ". 5 9"},
        WatermarkCase{"time_never_goes_back_when_an_idle_one_wakes_behind", 2,
                      "0:5 1:idle 0:9 1:4 1:8 1:12 0:10", ". 5 9 . . . 10"},
        WatermarkCase{"all_idle", 2, "0:5 1:3 0:idle 1:idle", ". 3 . 5!"},
        WatermarkCase{"all_idle_other_order", 2, "0:5 1:3 1:idle 0:idle", ". 3 5 5!"},
        WatermarkCase{"idle_from_the_start", 2, "0:idle 1:idle 1:4", ". min! 4"},
        WatermarkCase{"idle_watermark_carries_a_time", 2, "0:idle@7 1:idle@9", ". 9!"},
        WatermarkCase{"wakes_from_all_idle_without_new_time", 1, "0:5 0:idle 0:5", "5 5! 5"},
        WatermarkCase{"ended_channel_stops_holding_back", 2, "0:3 1:8 0:end 1:9", ". 3 8 9"},
        WatermarkCase{"ended_beside_idle_does_not_jump_to_infinity", 2,
                      "0:3 1:2 1:idle 0:max 0:end 1:5", ". 2 3 3! . 5"},
        WatermarkCase{"idle_after_the_other_ended", 2, "0:3 1:2 0:max 0:end 1:idle 1:7",
                      ". 2 . . 2! 7"},
        WatermarkCase{"end_of_all_inputs", 2, "0:3 1:4 0:max 0:end 1:max 1:end", ". 3 4 . max ."},
        WatermarkCase{"end_of_all_inputs_while_idle", 2, "0:max 0:end 1:idle 1:max 1:end",
                      ". . min! max ."},
        WatermarkCase{"stopped_without_draining_fires_nothing", 2, "0:3 1:4 0:end 1:end",
                      ". 3 4 ."},
        WatermarkCase{"one_of_two_stopped_without_draining", 2, "0:3 1:4 0:max 0:end 1:end",
                      ". 3 4 . ."}),
    [](const auto& info) { return info.param.name; });

TEST(WatermarkMergerDeathTest, NothingAfterTheEnd) {
  WatermarkMerger merger(1);
  merger.OnEndOfInput(0);
  EXPECT_DEATH(merger.OnWatermark(0, {5, false}), "after its end");
  EXPECT_DEATH(merger.OnEndOfInput(0), "ended twice");
}

}  // namespace
}  // namespace weir
