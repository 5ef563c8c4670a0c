#include "common/data/simple_date_pattern.h"

#include <gtest/gtest.h>

#include "common/data/time_text.h"

namespace weir {
namespace {

std::string Format(const char* time, const char* pattern, int offset = 0) {
  StatusOr<SimpleDatePattern> compiled = SimpleDatePattern::Compile(pattern);
  if (!compiled.ok()) return "error: " + compiled.status().message();
  std::string out;
  compiled->Format(*ParseTimestamp(time, ' '), offset, out);
  return out;
}

std::string Parse(const char* text, const char* pattern) {
  StatusOr<SimpleDatePattern> compiled = SimpleDatePattern::Compile(pattern);
  if (!compiled.ok()) return "error: " + compiled.status().message();
  std::optional<SimpleDatePattern::Parsed> parsed = compiled->Parse(text);
  if (!parsed) return "null";
  std::string out;
  AppendTimestamp(parsed->micros, kTrimmed, ' ', out);
  if (parsed->offset_seconds) out += " offset " + std::to_string(*parsed->offset_seconds);
  return out;
}

TEST(SimpleDatePatternTest, Formats) {
  struct Case {
    const char* time;
    const char* pattern;
    const char* text;
  };
  const Case cases[] = {
      {"2024-02-09 13:04:05.789", "yyyy-MM-dd HH:mm:ss.SSS", "2024-02-09 13:04:05.789"},
      {"2024-02-09 13:04:05.789", "S SSSS", "789 0789"},
      {"2024-02-09 13:04:05.789", "G yy y MMM MMMM MMMMM EE EEEE",
       "AD 24 2024 Feb February February Fri Friday"},
      {"2024-02-09 13:04:05.789", "Y w W F u D", "2024 6 2 2 5 40"},
      {"2023-12-31 00:30:00", "Y w W F u D h k K a", "2024 1 6 5 7 365 12 24 0 AM"},
      {"2021-01-03 12:00:00", "Y w W F u D", "2021 2 2 1 7 3"},
      {"2024-02-09 00:00:00", "'it''s' '' z Z X", "it's ' UTC +0000 Z"},
      {"0001-01-01 00:00:00", "yyyy-MM-dd", "0001-01-03"},
      {"1582-10-15 00:00:00", "yyyy-MM-dd", "1582-10-15"},
      {"1582-10-14 00:00:00", "yyyy-MM-dd", "1582-10-04"},
  };
  for (const Case& c : cases) EXPECT_EQ(Format(c.time, c.pattern), c.text) << c.pattern;
  EXPECT_EQ(Format("2024-02-09 00:00:00", "Z X XX XXX z", 19800),
            "+0530 +05 +0530 +05:30 GMT+05:30");
}

TEST(SimpleDatePatternTest, Parses) {
  struct Case {
    const char* text;
    const char* pattern;
    const char* expected;
  };
  constexpr const char* kFull = "yyyy-MM-dd HH:mm:ss";
  const Case cases[] = {
      {"2024-1-1 1:2:3", kFull, "2024-01-01 01:02:03"},
      {" 2024-01-01  01:02:03 and more", kFull, "2024-01-01 01:02:03"},
      {"2024-02-31 25:60:61", kFull, "2024-03-03 02:01:01"},
      {"2024-00-00 00:00:00", kFull, "2023-11-30 00:00:00"},
      {"0001-01-01 00:00:00", kFull, "0000-12-30 00:00:00"},
      {"1582-10-10 00:00:00", kFull, "1582-10-20 00:00:00"},
      {"+10000-01-01 00:00:00", kFull, "null"},
      {"2024-01-01T01:02:03", kFull, "null"},
      {"2024-01-01", kFull, "null"},
      {"", kFull, "null"},
      {"20240105", "yyyyMMdd", "2024-01-05 00:00:00"},
      {"5/1/2024", "d/M/yy", "2024-01-05 00:00:00"},
      {"5/1/24", "d/M/yy", "2024-01-05 00:00:00"},
      {"5/1/99", "d/M/yy", "1999-01-05 00:00:00"},
      {"jan 5 2024", "MMMM d yyyy", "2024-01-05 00:00:00"},
      {"January 5 2024", "MMM d yyyy", "2024-01-05 00:00:00"},
      {"11:00 pm", "hh:mm a", "1970-01-01 23:00:00"},
      {"12:00 AM", "hh:mm a", "1970-01-01 00:00:00"},
      {"2024 36", "yyyy D", "2024-02-05 00:00:00"},
      {"2024 6 5", "YYYY w u", "2024-02-09 00:00:00"},
      {"Fri, 09 Feb 2024", "EEE, dd MMM yyyy", "2024-02-09 00:00:00"},
      {"2024-02-09 -0500", "yyyy-MM-dd Z", "2024-02-09 00:00:00 offset -18000"},
      {"2024-02-09 GMT+2:00", "yyyy-MM-dd z", "2024-02-09 00:00:00 offset 7200"},
      {"2024-02-09 GMT+2", "yyyy-MM-dd z", "null"},
      {"2024-02-09 pst", "yyyy-MM-dd z", "2024-02-09 00:00:00 offset -28800"},
      {"2024 6", "yyyy w", "2024-02-04 00:00:00"},
      {"2024 6 Fri", "yyyy w E", "2024-02-09 00:00:00"},
      {"2024--2-9", "yyyy-MM-dd", "2023-10-09 00:00:00"},
      {"1.123456", "s.SSSSSS", "1970-01-01 00:02:04.456"},
      {"999999999999999999", "yyyy", "null"},
  };
  for (const Case& c : cases) EXPECT_EQ(Parse(c.text, c.pattern), c.expected) << c.text;
}

TEST(SimpleDatePatternTest, Refuses) {
  for (const char* bad : {"bogus", "yyyy-MM-dd'T", "Q", "e", "XXXX", "n"}) {
    EXPECT_TRUE(Format("2024-02-09 00:00:00", bad).starts_with("error: time pattern")) << bad;
  }
}

}  // namespace
}  // namespace weir
