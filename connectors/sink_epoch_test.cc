#include "connectors/sink_epoch.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(SinkEpochTest, WhatTheNoteSays) {
  struct Case {
    int64_t noted;
    int64_t previous, id;
    const char* answer;  // or a part of the message
  };
  for (const Case& c : {Case{0, 0, 3, "write"},
                        {3, 0, 3, "written"},
                        {3, 3, 5, "write"},
                        {5, 3, 5, "written"},
                        {9, 3, 5, "written"},  // later ones as well
                        {0, 3, 5, "is gone, which should say 3"},
                        {2, 3, 5, "says 2, although 3 was written: the target was set back"},
                        {4, 3, 5, "says 4, of which the job knows nothing after 3"},
                        {4, 0, 5, "the job was set back behind what it had written"}}) {
    StatusOr<EpochState> state = CompareEpochs(
        {.lineage = "l", .sink_uid = "sink(t)", .subtask = 2, .id = c.id, .previous = c.previous},
        c.noted, "the note");
    if (state.ok()) {
      EXPECT_EQ(*state == EpochState::kToWrite ? "write" : "written", std::string(c.answer))
          << c.noted;
      continue;
    }
    EXPECT_EQ(state.status().code(), StatusCode::kDataLoss);
    for (const std::string part : {c.answer, "sink(t), subtask 2", "set the note to 5 if it has"}) {
      EXPECT_NE(state.status().message().find(part), std::string::npos) << state.status();
    }
  }
}

}  // namespace
}  // namespace weir
