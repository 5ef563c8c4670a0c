#include "common/base/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace weir {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

LogRecord ARecord() {
  return {.id = 1,
          .time = 1764491400123,
          .level = LogLevel::kWarning,
          .file = "a/b.cc",
          .line = 7,
          .thread = 17,
          .context = {"3f9a", 1, 0, 2},
          .message = "it \"broke\"\n\x1b[2J \xff"};
}

TEST(LogRecordTest, Plain) {
  std::string out;
  AppendPlain(ARecord(), out);
  EXPECT_EQ(out,
            "2025-11-30T08:30:00.123Z W [17] a/b.cc:7 [job=3f9a vertex=1 subtask=0 attempt=2] "
            "it \"broke\"\\n\\x1b[2J \xff\n");
  LogRecord about_nothing = ARecord();
  about_nothing.context = {};
  out.clear();
  AppendPlain(about_nothing, out);
  EXPECT_THAT(out, HasSubstr("a/b.cc:7 it"));
}

TEST(LogRecordTest, Json) {
  std::string out;
  AppendJson(ARecord(), out);
  EXPECT_EQ(out, R"({"time":"2025-11-30T08:30:00.123Z","level":"warning","thread":17,)"
                 R"("file":"a/b.cc:7","job":"3f9a","vertex":1,"subtask":0,"attempt":2,)"
                 "\"message\":\"it \\\"broke\\\"\\n\\u001b[2J \xEF\xBF\xBD\"}\n");
}

// Where the log is now; ReadSince gives what came behind.
int64_t Here() { return ReadLog({.max_lines = 0}).next; }
std::string ReadSince(int64_t here) { return ReadLog({.after = here}).text; }

TEST(LoggingTest, LinesHaveTheirPlaceAndWhatTheyAreAbout) {
  const int64_t here = Here();
  LOG(kInfo) << "outside";
  {
    LogScope job({.job = "j1"});
    {
      const LogContext task{"j1", 2, 3, 4};
      LogScope scope(&task);
      LOG(kInfo) << "inside";
      std::thread([context = CurrentLogContext()] {
        LogScope there(context);
        LOG(kInfo) << "elsewhere";
      }).join();
    }
    LOG(kInfo) << "of the job";
  }
  LOG(kInfo) << "outside again";
  const std::string text = ReadSince(here);
  EXPECT_THAT(text, ContainsRegex("I \\[[0-9]+\\] [a-z/]*base/logging_test.cc:[0-9]+ outside\n"));
  for (const char* one : {"inside", "elsewhere"}) {
    EXPECT_THAT(text, HasSubstr("[job=j1 vertex=2 subtask=3 attempt=4] " + std::string(one)));
  }
  EXPECT_THAT(text, HasSubstr("[job=j1] of the job"));
  const std::string of_job = ReadLog({.job = "j1", .after = here}).text;
  EXPECT_THAT(of_job, HasSubstr("inside"));
  EXPECT_THAT(of_job, Not(HasSubstr("outside")));
}

TEST(LoggingTest, ARepeatedWarningIsCounted) {
  const int64_t here = Here();
  for (int i = 0; i < 25; ++i) LOG(kWarning) << "again " << i;
  LOG(kWarning) << "another place";
  const std::string text = ReadSince(here);
  EXPECT_THAT(text, HasSubstr("again 9\n"));
  EXPECT_THAT(text, Not(HasSubstr("again 10\n")));
  EXPECT_THAT(text, HasSubstr("another place"));
  // About another task it is another line, and what is no warning is told each time.
  for (int i = 0; i < 25; ++i) {
    LogScope scope({.job = "j" + std::to_string(i / 10)});
    LOG(kWarning) << "of job " << i;
    LOG(kInfo) << "event " << i;
  }
  const std::string more = ReadSince(here);
  EXPECT_THAT(more, HasSubstr("of job 24"));
  EXPECT_THAT(more, HasSubstr("event 24"));
}

TEST(LoggingTest, IsReadInPieces) {
  const int64_t here = Here();
  for (int i = 0; i < 10; ++i) LOG(kInfo) << "line " << i;
  std::string all;
  int pieces = 0;
  for (int64_t at = here; at < Here(); ++pieces) {
    const LogSlice slice = ReadLog({.after = at, .max_lines = 3});
    EXPECT_EQ(slice.lost, 0);
    ASSERT_GT(slice.next, at);
    at = slice.next;
    all += slice.text;
  }
  EXPECT_EQ(pieces, 4);
  EXPECT_EQ(all, ReadSince(here));
  const std::string last = ReadLog({.max_lines = 2}).text;
  EXPECT_THAT(last, HasSubstr("line 8"));
  EXPECT_THAT(last, Not(HasSubstr("line 7")));
  // A line that is longer than what is asked for is read whole: else nobody would get behind it.
  EXPECT_THAT(ReadLog({.after = here, .max_bytes = 1}).text, HasSubstr("line 0"));
}

TEST(LoggingTest, WhatIsKeptNoLongerIsCounted) {
  const int64_t here = Here();
  SetLogLevel(LogLevel::kInfo);
  for (int i = 0; i < 4100; ++i) LOG(kInfo) << "line " << i;
  const LogSlice slice = ReadLog({.after = here, .max_lines = 1});
  EXPECT_EQ(slice.lost, 100);
  EXPECT_THAT(slice.text, HasSubstr("line 100\n"));
  // Of a process before this one nothing is known.
  EXPECT_LT(ReadLog({.after = 5}).lost, 10'000);
}

TEST(LoggingTest, SecretsAreTakenOut) {
  const int64_t here = Here();
  LOG(kWarning) << "cannot reach postgres://u:hush@h/d?password=hush";
  EXPECT_THAT(ReadSince(here), Not(HasSubstr("hush")));
  EXPECT_THAT(ReadSince(here), HasSubstr("cannot reach postgres://u:"));
}

}  // namespace
}  // namespace weir
