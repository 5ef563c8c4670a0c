#include "common/data/time_pattern.h"

#include <gtest/gtest.h>

#include "common/data/time_text.h"

namespace weir {
namespace {

std::string Format(const char* time, const char* pattern) {
  StatusOr<TimePattern> compiled = TimePattern::Compile(pattern);
  if (!compiled.ok()) return "error: " + compiled.status().message();
  if (!compiled->CanFormat().ok()) return "error: " + compiled->CanFormat().message();
  std::string out;
  compiled->Format(*ParseTimestamp(time, ' '), out);
  return out;
}

std::string Parse(const char* text, const char* pattern) {
  StatusOr<TimePattern> compiled = TimePattern::Compile(pattern);
  if (!compiled.ok()) return "error: " + compiled.status().message();
  std::optional<int64_t> micros = compiled->Parse(text);
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
      {"YYYY-ww e c F W g B", "2024-06 6 6 2 2 60349 at night"},
      {"", ""},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Format("2024-02-09 03:04:05.789", c.pattern), c.text) << c.pattern;
  }
  EXPECT_EQ(Format("2024-02-09 00:00:00", "hh k"), "12 24");
  EXPECT_EQ(Format("2024-02-09 00:00:00", "yyyy[ Z]"), "2024");
  EXPECT_EQ(Format("2024-02-09 00:00:00", "yyyy[ MM[ z]] dd[VV]"), "2024 02 09");
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
      {"00", "kk", "1970-01-01 00:00:00"},
      {"0 PM", "h a", "1970-01-01 12:00:00"},
      {"0000", "yyyy", "null"},
      {"0000", "uuuu", "0000-01-01 00:00:00"},
      {"Fri 2024-02-09", "E yyyy-MM-dd", "2024-02-09 00:00:00"},
      {"Sat 2024-02-09", "E yyyy-MM-dd", "null"},
      {"2024-W06-5", "YYYY-'W'ww-e", "2024-02-08 00:00:00"},
      {"abc", "yyyy", "null"},
      {"", "yyyy", "null"},
      {"2024-02-29 12:34:56.789", "yyyy-MM-dd HH:mm:ss", "null"},
      {"2023-366", "yyyy-DDD", "null"},
      {"2024 GMT+1", "yyyy O", "2024-01-01 00:00:00"},
      {"2024 UTC", "yyyy z", "2024-01-01 00:00:00"},
      {"2024 PST", "yyyy z", "2024-01-01 00:00:00"},
      {"2024 CET", "yyyy z", "2024-01-01 00:00:00"},
      {"2024 +02:00", "yyyy z", "2024-01-01 00:00:00"},
      {"2024 GMT+2", "yyyy z", "null"},
      {"2024 UTC+01:30", "yyyy VV", "2024-01-01 00:00:00"},
      {"2024 Z", "yyyy VV", "2024-01-01 00:00:00"},
      {"2024 PST", "yyyy VV", "null"},
      {"2024 utc", "yyyy VV", "null"},
      {"2024 Mars/Phobos", "yyyy VV", "null"},
      {"2024 America/Argentina/Buenos_Aires", "yyyy v", "2024-01-01 00:00:00"},
      {"2024+01:00[Europe/Berlin]", "yyyyXXX'['VV']'", "2024-01-01 00:00:00"},
  };
  for (const Case& c : cases) EXPECT_EQ(Parse(c.text, c.pattern), c.expected) << c.text;
}

TEST(TimePatternTest, Refuses) {
  for (const char* bad :
       {"bogus", "yyyy-MM-dd'T", "yyyy]", "[yyyy", "{", "zzzzz", "V", "vv", "OO", "XXXXXX", "www",
        "SSSSSSSSSS", "yyyy Z", "yyyy X", "yyyy x", "yyyy O", "yyyy z", "yyyy VV"}) {
    EXPECT_TRUE(Format("2024-02-09 00:00:00", bad).starts_with("error: time pattern")) << bad;
  }
}

}  // namespace
}  // namespace weir
