#include "common/data/time_text.h"

#include <gtest/gtest.h>

#include "common/data/time_zone.h"

namespace weir {
namespace {

std::string DateText(std::optional<int32_t> days) {
  if (!days) return "null";
  std::string out;
  AppendDate(*days, out);
  return out;
}
std::string TimeText(std::optional<int32_t> millis) {
  if (!millis) return "null";
  std::string out;
  AppendTime(*millis, 3, out);
  return out;
}
std::string TimestampText(std::optional<int64_t> micros) {
  if (!micros) return "null";
  std::string out;
  AppendTimestamp(*micros, kTrimmed, ' ', out);
  return out;
}

TEST(TimeTextTest, DaysAndCivilDatesAreInverse) {
  EXPECT_EQ(DaysFromCivil({1970, 1, 1}), 0);
  EXPECT_EQ(DaysFromCivil({2000, 3, 1}), 11017);
  EXPECT_EQ(DaysFromCivil({1, 1, 1}), -719162);
  for (int64_t day = -800'000; day < 800'000; day += 97) {
    CivilDate date = CivilFromDays(day);
    ASSERT_EQ(DaysFromCivil(date), day);
    ASSERT_LE(date.day, DaysInMonth(date.year, date.month));
  }
}

TEST(TimeTextTest, AddsMonths) {
  EXPECT_EQ(AddMonths({2024, 1, 31}, 1), (CivilDate{2024, 2, 29}));
  EXPECT_EQ(AddMonths({2024, 3, 31}, -13), (CivilDate{2023, 2, 28}));
  EXPECT_EQ(AddMonths({2024, 1, 1}, -1), (CivilDate{2023, 12, 1}));
}

TEST(TimeTextTest, StrictText) {
  EXPECT_EQ(DateText(ParseDate("2024-02-29")), "2024-02-29");
  for (const char* bad : {"", "2024-2-9", "2023-02-29", "2024-13-01", "2024-02-29 ", "x"}) {
    EXPECT_EQ(ParseDate(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(TimeText(ParseTime("12:34:56.789123")), "12:34:56.789");
  EXPECT_EQ(TimeText(ParseTime("12:34")), "12:34:00.000");
  for (const char* bad : {"", "24:00:00", "1:2:3", "12:34:60", "12:34:56.", "12:34:56Z"}) {
    EXPECT_EQ(ParseTime(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(TimestampText(ParseTimestamp("2024-02-29 12:34:56.000123999", ' ')),
            "2024-02-29 12:34:56.000123");
  EXPECT_EQ(TimestampText(ParseTimestamp("1969-12-31T23:59:59.5", 'T')), "1969-12-31 23:59:59.5");
  EXPECT_EQ(TimestampText(ParseUtcTimestamp("2024-02-29T12:34:56Z", 'T')), "2024-02-29 12:34:56");
  EXPECT_EQ(ParseTimestamp("2024-02-29 12:34:56", 'T'), std::nullopt);
  EXPECT_EQ(ParseTimestamp("2024-02-29T12:34:56Z", 'T'), std::nullopt);
  EXPECT_EQ(ParseUtcTimestamp("2024-02-29T12:34:56", 'T'), std::nullopt);
}

TEST(TimeTextTest, CastText) {
  struct Case {
    const char* text;
    const char* date;
    const char* time;
    const char* timestamp;
  };
  const Case cases[] = {
      {"2024-02-29", "2024-02-29", "null", "2024-02-29 00:00:00"},
      {"2024-2-9", "2024-02-09", "null", "2024-02-09 00:00:00"},
      {"2024-02-30", "null", "null", "2024-02-29 00:00:00"},
      {"2024-02-29 12:34:56.789", "2024-02-29", "null", "2024-02-29 12:34:56.789"},
      {"2024-02-29T12:34:56", "null", "null", "null"},
      {"12:34:56.789", "null", "12:34:56.789", "null"},
      {"12:34", "null", "12:34:00.000", "null"},
      {"1:2:3", "null", "01:02:03.000", "null"},
      {"24:00:00", "null", "null", "null"},
      {"2024", "2024-01-01", "null", "null"},
      {"2024-02", "2024-02-01", "null", "null"},
      {" 2024-02-29 ", "2024-02-29", "null", "null"},
      {"2024-02-29 12:34", "2024-02-29", "null", "null"},
      {"2024-02-29 25:00:00", "2024-02-29", "null", "null"},
      {"2024-02-29 12:34:56Z", "2024-02-29", "null", "null"},
      {"10000-01-01", "null", "null", "null"},
      {"", "null", "null", "null"},
      {"abc", "null", "null", "null"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(DateText(CastTextToDate(c.text)), c.date) << c.text;
    EXPECT_EQ(TimeText(CastTextToTime(c.text)), c.time) << c.text;
    EXPECT_EQ(TimestampText(CastTextToTimestamp(c.text)), c.timestamp) << c.text;
  }
}

TEST(TimeTextTest, Intervals) {
  auto day_time = [](int64_t millis) {
    std::string out;
    AppendIntervalDayTime(millis, out);
    return out;
  };
  auto year_month = [](int64_t months) {
    std::string out;
    AppendIntervalYearMonth(months, out);
    return out;
  };
  EXPECT_EQ(day_time(93'784'567), "+1 02:03:04.567");
  EXPECT_EQ(day_time(-5'400'000), "-0 01:30:00.000");
  EXPECT_EQ(year_month(15), "+1-03");
  EXPECT_EQ(year_month(-14), "-1-02");
}

TEST(TimeTextTest, Truncates) {
  EXPECT_EQ(TruncateMicros(1'234'567, 3), 1'234'000);
  EXPECT_EQ(TruncateMicros(1'234'567, 0), 1'000'000);
  EXPECT_EQ(TruncateMicros(-1, 3), -1000);
  EXPECT_EQ(TruncateMicros(-1'000, 0), -1'000'000);
  EXPECT_EQ(TruncateMicros(-1, 6), -1);
}

TEST(TimeZoneTest, Names) {
  for (const char* utc : {"UTC", "Z", "GMT", "UTC+0", "+00:00"}) {
    StatusOr<TimeZone> zone = TimeZone::Load(utc);
    ASSERT_TRUE(zone.ok()) << utc;
    EXPECT_TRUE(zone->is_utc()) << utc;
  }
  struct Case {
    const char* name;
    int offset;
  };
  for (const Case& c : {Case{"GMT+08:00", 28800}, Case{"GMT-8:00", -28800}, Case{"+02", 7200},
                        Case{"-03:30", -12600}, Case{"Asia/Shanghai", 28800}}) {
    StatusOr<TimeZone> zone = TimeZone::Load(c.name);
    ASSERT_TRUE(zone.ok()) << c.name;
    EXPECT_EQ(zone->OffsetSeconds(1'700'000'000'000'000), c.offset) << c.name;
  }
  for (const char* bad : {"", "Mars/Base", "+25:00", "GMT+x", "+1:2:3:4"}) {
    EXPECT_FALSE(TimeZone::Load(bad).ok()) << bad;
  }
}

TEST(TimeZoneTest, GapsAndOverlaps) {
  TimeZone berlin = *TimeZone::Load("Europe/Berlin");
  auto local = [&](const char* text) {
    return TimestampText(berlin.ToUtc(*ParseTimestamp(text, ' ')));
  };
  EXPECT_EQ(local("2024-01-01 12:00:00.5"), "2024-01-01 11:00:00.5");
  EXPECT_EQ(local("2024-07-01 12:00:00"), "2024-07-01 10:00:00");
  EXPECT_EQ(local("2024-03-31 02:30:00"), "2024-03-31 01:30:00");  // does not exist: 03:30
  EXPECT_EQ(local("2024-10-27 02:30:00"), "2024-10-27 00:30:00");  // twice: the earlier
  EXPECT_EQ(TimestampText(berlin.ToLocal(-1)), "1970-01-01 00:59:59.999999");
}

}  // namespace
}  // namespace weir
