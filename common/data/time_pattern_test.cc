#include "common/data/time_pattern.h"

#include <gtest/gtest.h>

#include "common/data/time_text.h"

namespace weir {
namespace {

std::string Format(const char* time, const char* pattern, int offset = 0) {
  StatusOr<TimePattern> compiled = TimePattern::Compile(pattern);
  if (!compiled.ok()) return "error: " + compiled.status().message();
  std::string out;
  compiled->Format(*ParseTimestamp(time, ' '), offset, out);
  return out;
}

std::string Parse(const char* text, const char* pattern, bool prefix = false) {
  StatusOr<TimePattern> compiled = TimePattern::Compile(pattern);
  if (!compiled.ok()) return "error: " + compiled.status().message();
  std::optional<int64_t> micros = compiled->Parse(text, prefix);
  if (!micros) return "null";
  std::string out;
  AppendTimestamp(*micros, kTrimmed, ' ', out);
  return out;
}

TEST(TimePatternTest, Formats) {
  struct Case {
    const char* pattern;
    const char* text;
  };
  const Case cases[] = {
      {"yyyy-MM-dd HH:mm:ss.SSS", "2024-02-09 03:04:05.789"},
      {"yyyyMMdd", "20240209"},
      {"dd/MM/yy", "09/02/24"},
      {"d M y", "9 2 2024"},
      {"H:m:s", "3:4:5"},
      {"EEE, MMM d", "Fri, Feb 9"},
      {"EEEE MMMM", "Friday February"},
      {"hh:mm a", "03:04 AM"},
      {"k K", "3 3"},
      {"yyyy-MM-dd'T'HH:mm:ss", "2024-02-09T03:04:05"},
      {"'it''s' yyyy", "it's 2024"},
      {"''", "'"},
      {"D Q QQQ", "40 1 Q1"},
      {"SSSSSS n", "789000 789000000"},
      {"[yyyy][-MM]", "2024-02"},
      {"", ""},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Format("2024-02-09 03:04:05.789", c.pattern), c.text) << c.pattern;
  }
  EXPECT_EQ(Format("2024-02-09 00:00:00", "hh k"), "12 24");
  EXPECT_EQ(Format("2024-02-09 00:00:00", "X XXX Z xxx", 0), "Z Z +0000 +00:00");
  EXPECT_EQ(Format("2024-02-09 00:00:00", "X XX XXX Z O", 19800),
            "+0530 +0530 +05:30 +0530 GMT+5:30");
}

TEST(TimePatternTest, Parses) {
  struct Case {
    const char* text;
    const char* pattern;
    const char* expected;
  };
  const Case cases[] = {
      {"2024-02-29 12:34:56.789", "yyyy-MM-dd HH:mm:ss.SSS", "2024-02-29 12:34:56.789"},
      {"20240229123456", "yyyyMMddHHmmss", "2024-02-29 12:34:56"},
      {"29/02/24", "dd/MM/yy", "2024-02-29 00:00:00"},
      {"9 2 2024", "d M y", "2024-02-09 00:00:00"},
      {"2024", "yyyy", "2024-01-01 00:00:00"},
      {"12", "HH", "1970-01-01 12:00:00"},
      {"2024-02-29 01:34:56 PM", "yyyy-MM-dd hh:mm:ss a", "2024-02-29 13:34:56"},
      {"12 AM", "hh a", "1970-01-01 00:00:00"},
      {"Feb 9, 2024", "MMM d, yyyy", "2024-02-09 00:00:00"},
      {"2024-060", "yyyy-DDD", "2024-02-29 00:00:00"},
      {"2024-02-30", "yyyy-MM-dd", "2024-02-29 00:00:00"},
      {"2024-02-29T12:00:00+05:30", "yyyy-MM-dd'T'HH:mm:ssXXX", "2024-02-29 12:00:00"},
      {"2024-02-29", "yyyy-MM-dd[ HH:mm]", "2024-02-29 00:00:00"},
      {"2024-02-29 12:34", "yyyy-MM-dd[ HH:mm]", "2024-02-29 12:34:00"},
      {"2024-2-9", "yyyy-MM-dd", "null"},
      {"2024-02-29 12:34:56", "yyyy-MM-dd", "null"},
      {"2024-02-29", "yyyy-MM-dd HH", "null"},
      {"2024-13-01", "yyyy-MM-dd", "null"},
      {"25", "HH", "null"},
      {"abc", "yyyy", "null"},
      {"", "yyyy", "null"},
      {"2023-366", "yyyy-DDD", "null"},
  };
  for (const Case& c : cases) EXPECT_EQ(Parse(c.text, c.pattern), c.expected) << c.text;
  EXPECT_EQ(Parse("2024-02-29 12:34:56.789", "yyyy-MM-dd HH:mm:ss", true), "2024-02-29 12:34:56");
}

TEST(TimePatternTest, Refuses) {
  for (const char* bad : {"bogus", "yyyy-MM-dd'T", "yyyy]", "[yyyy", "{", "YYYY", "SSSSSSSSSS"}) {
    EXPECT_TRUE(Format("2024-02-09 00:00:00", bad).starts_with("error: time pattern")) << bad;
  }
}

}  // namespace
}  // namespace weir
