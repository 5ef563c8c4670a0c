#include <gtest/gtest.h>

#include "common/data/column_builder.h"
#include "operators/expressions/evaluator.h"
#include "operators/expressions/test_expressions.h"
#include "operators/functions/function_registry.h"

namespace weir {
namespace {

using namespace testing;  // NOLINT: the short names of cells

struct Case {
  const char* function;
  std::vector<Cell> args;
  const char* expected;
  const char* zone = "UTC";
};

void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    std::string call = c.function;
    for (const Cell& arg : c.args) {
      call += arg.type.is_string() && !arg.value.is_null() ? " '" + arg.value.string() + "'" : " _";
    }
    EXPECT_EQ(Call(c.function, c.args, c.zone), c.expected) << call;
  }
}

const Cell kNull = Null(DataType::String());

TEST(TimeFunctionsTest, Extract) {
  Cell ts = TS("2024-02-29 12:34:56.789");
  Cell first = Date("2023-01-01"), last = Date("2024-12-30");
  Cell day_time{DataType::IntervalDayTime(), int64_t{273'906'007}};  // 3 04:05:06.007
  Cell year_month{DataType::IntervalYearMonth(), 27};
  Check({
      {"EXTRACT", {S("YEAR"), ts}, "2024"},
      {"EXTRACT", {S("QUARTER"), ts}, "1"},
      {"EXTRACT", {S("MONTH"), ts}, "2"},
      {"EXTRACT", {S("DAY"), ts}, "29"},
      {"EXTRACT", {S("HOUR"), ts}, "12"},
      {"EXTRACT", {S("MINUTE"), ts}, "34"},
      {"EXTRACT", {S("SECOND"), ts}, "56"},
      {"EXTRACT", {S("MILLISECOND"), ts}, "789"},
      {"EXTRACT", {S("MICROSECOND"), ts}, "789000"},
      {"EXTRACT", {S("EPOCH"), ts}, "1709210096"},
      {"EXTRACT", {S("CENTURY"), ts}, "21"},
      {"EXTRACT", {S("DECADE"), ts}, "202"},
      {"EXTRACT", {S("MILLENNIUM"), ts}, "3"},
      {"EXTRACT", {S("DOY"), ts}, "60"},
      {"EXTRACT", {S("WEEK"), first}, "52"},
      {"EXTRACT", {S("WEEK"), last}, "1"},
      {"EXTRACT", {S("DOW"), first}, "1"},
      {"EXTRACT", {S("ISODOW"), first}, "7"},
      {"EXTRACT", {S("ISOYEAR"), first}, "2022"},
      {"EXTRACT", {S("HOUR"), Time("06:07:08")}, "6"},
      {"EXTRACT", {S("HOUR"), LTZ("2024-02-29 12:34:56")}, "21", "Asia/Tokyo"},
      {"EXTRACT", {S("EPOCH"), LTZ("1970-01-01 00:00:01")}, "1", "Asia/Tokyo"},
      {"EXTRACT", {S("DAY"), day_time}, "3"},
      {"EXTRACT", {S("HOUR"), day_time}, "4"},
      {"EXTRACT", {S("MINUTE"), day_time}, "5"},
      {"EXTRACT", {S("SECOND"), day_time}, "6"},
      {"EXTRACT", {S("MILLISECOND"), day_time}, "7"},
      {"EXTRACT", {S("YEAR"), year_month}, "2"},
      {"EXTRACT", {S("MONTH"), year_month}, "3"},
      {"EXTRACT", {S("SECOND"), TS("1969-12-31 23:59:59.999")}, "59"},
      {"YEAR", {ts}, "2024"},
      {"WEEK", {first}, "52"},
      {"DAYOFWEEK", {first}, "1"},
      {"DAYOFMONTH", {ts}, "29"},
      {"DAYOFYEAR", {ts}, "60"},
      {"SECOND", {Time("06:07:08")}, "8"},
      {"HOUR", {Null(DataType::Timestamp(3))}, "null"},
  });
  EXPECT_EQ(CallType("EXTRACT", {S("YEAR"), ts}), "BIGINT");
  EXPECT_EQ(CallType("EXTRACT", {S("LUSTRUM"), ts}), "error: unknown time unit 'LUSTRUM'");
  EXPECT_TRUE(CallType("YEAR", {Time("06:07:08")}).starts_with("error"));
  EXPECT_TRUE(CallType("YEAR", {S("2024-01-01")}).starts_with("error"));
}

TEST(TimeFunctionsTest, FloorAndCeil) {
  Cell ts = TS("2024-05-17 12:34:56.789");
  struct Rounded {
    const char* unit;
    const char* floor;
    const char* ceil;
  };
  for (const Rounded& r : {
           Rounded{"SECOND", "2024-05-17 12:34:56.000", "2024-05-17 12:34:57.000"},
           Rounded{"MINUTE", "2024-05-17 12:34:00.000", "2024-05-17 12:35:00.000"},
           Rounded{"HOUR", "2024-05-17 12:00:00.000", "2024-05-17 13:00:00.000"},
           Rounded{"DAY", "2024-05-17 00:00:00.000", "2024-05-18 00:00:00.000"},
           Rounded{"WEEK", "2024-05-12 00:00:00.000", "2024-05-19 00:00:00.000"},
           Rounded{"MONTH", "2024-05-01 00:00:00.000", "2024-06-01 00:00:00.000"},
           Rounded{"QUARTER", "2024-04-01 00:00:00.000", "2024-07-01 00:00:00.000"},
           Rounded{"YEAR", "2024-01-01 00:00:00.000", "2025-01-01 00:00:00.000"},
           Rounded{"DECADE", "2020-01-01 00:00:00.000", "2030-01-01 00:00:00.000"},
           Rounded{"CENTURY", "2001-01-01 00:00:00.000", "2101-01-01 00:00:00.000"},
           Rounded{"MILLENNIUM", "2001-01-01 00:00:00.000", "3001-01-01 00:00:00.000"},
       }) {
    EXPECT_EQ(Call("FLOOR", {ts, S(r.unit)}), r.floor) << r.unit;
    EXPECT_EQ(Call("CEIL", {ts, S(r.unit)}), r.ceil) << r.unit;
    Cell boundary = TS(r.floor);
    // From a decade on the next one, as in Flink.
    const bool decade =
        std::string_view("DECADE CENTURY MILLENNIUM").find(r.unit) != std::string::npos;
    EXPECT_EQ(Call("CEIL", {boundary, S(r.unit)}), decade ? r.ceil : r.floor) << r.unit;
  }
  Check({
      {"FLOOR", {Date("2024-05-17"), S("MONTH")}, "2024-05-01"},
      {"CEIL", {Date("2024-05-17"), S("YEAR")}, "2025-01-01"},
      {"FLOOR", {Time("12:34:56"), S("HOUR")}, "12:00:00"},
      {"CEIL", {Time("12:34:56"), S("MINUTE")}, "12:35:00"},
      {"FLOOR", {TS("1969-12-31 23:59:59.999"), S("DAY")}, "1969-12-31 00:00:00.000"},
      // Text is printed in the zone, so local midnight shows.
      {"FLOOR", {LTZ("2024-05-17 03:00:00"), S("DAY")}, "2024-05-17 00:00:00.000", "Asia/Tokyo"},
      {"CEIL", {TS("2023-01-01 00:00:00.999"), S("MONTH")}, "2023-01-01 00:00:00.000"},
      {"CEIL",
       {LTZ("2024-11-03 08:30:00"), S("HOUR")},
       "2024-11-03 01:00:00.000",
       "America/Los_Angeles"},
      {"FLOOR", {LTZ("2024-05-17 16:00:00"), S("DAY")}, "2024-05-18 00:00:00.000", "Asia/Tokyo"},
  });
  EXPECT_TRUE(CallType("FLOOR", {Time("12:34:56"), S("DAY")}).starts_with("error"));
  EXPECT_TRUE(CallType("FLOOR", {ts, S("DOW")}).starts_with("error"));
}

TEST(TimeFunctionsTest, AddAndDiff) {
  auto ts = [](const char* text) { return TS(text); };
  Check({
      {"TIMESTAMPADD", {S("DAY"), I(1), Date("2024-02-28")}, "2024-02-29"},
      {"TIMESTAMPADD", {S("MONTH"), I(1), Date("2024-01-31")}, "2024-02-29"},
      {"TIMESTAMPADD", {S("QUARTER"), I(1), Date("2024-01-31")}, "2024-04-30"},
      {"TIMESTAMPADD", {S("WEEK"), I(1), Date("2024-02-28")}, "2024-03-06"},
      {"TIMESTAMPADD", {S("HOUR"), I(25), ts("2024-01-01 00:00:00")}, "2024-01-02 01:00:00.000"},
      {"TIMESTAMPADD", {S("SECOND"), I(-1), ts("2024-01-01 00:00:00")}, "2023-12-31 23:59:59.000"},
      {"TIMESTAMPADD", {S("HOUR"), I(2), Time("23:00:00")}, "01:00:00"},
      {"TIMESTAMPADD", {S("SECOND"), I(-1), Time("00:00:00")}, "23:59:59"},
      {"TIMESTAMPADD", {S("HOUR"), I(1), Date("2024-01-01")}, "2024-01-01 01:00:00.000000"},
      {"TIMESTAMPDIFF",
       {S("SECOND"), ts("2024-01-01 00:00:00"), ts("2024-01-01 00:00:01.999")},
       "1"},
      {"TIMESTAMPDIFF",
       {S("SECOND"), ts("2024-01-01 00:00:01.999"), ts("2024-01-01 00:00:00")},
       "-1"},
      {"TIMESTAMPDIFF",
       {S("MILLISECOND"), ts("2024-01-01 00:00:00"), ts("2024-01-01 00:00:01")},
       "1000"},
      {"TIMESTAMPDIFF", {S("DAY"), ts("2024-01-01 12:00:00"), ts("2024-01-02 11:59:59")}, "0"},
      {"TIMESTAMPDIFF", {S("DAY"), Date("2024-01-01"), ts("2024-01-03 12:00:00")}, "2"},
      {"TIMESTAMPDIFF", {S("WEEK"), Date("2024-01-01"), Date("2024-01-20")}, "2"},
      {"TIMESTAMPDIFF", {S("HOUR"), ts("2024-01-01 00:00:00"), ts("2023-12-31 00:30:00")}, "-23"},
      {"TIMESTAMPDIFF", {S("MONTH"), Date("2024-01-31"), Date("2024-02-29")}, "1"},
      {"TIMESTAMPDIFF", {S("MONTH"), Date("2024-03-31"), Date("2024-02-29")}, "-1"},
      {"TIMESTAMPDIFF",
       {S("MONTH"), ts("2024-02-29 12:34:56.789"), ts("2024-03-01 00:00:00")},
       "0"},
      {"TIMESTAMPDIFF", {S("YEAR"), Date("2020-02-29"), Date("2024-02-28")}, "3"},
      {"TIMESTAMPDIFF", {S("QUARTER"), Date("2024-01-01"), Date("2024-12-31")}, "3"},
      {"TIMESTAMPDIFF", {S("DAY"), Null(DataType::Timestamp(3)), Date("2024-12-31")}, "null"},
  });
  EXPECT_EQ(CallType("TIMESTAMPADD", {S("HOUR"), I(1), Date("2024-01-01")}), "TIMESTAMP(6)");
}

TEST(TimeFunctionsTest, DateFormat) {
  Check({
      {"DATE_FORMAT", {TS("2024-02-29 12:34:56.789"), S("yyyy-MM-dd HH:mm")}, "2024-02-29 12:34"},
      {"DATE_FORMAT", {LTZ("2024-02-29 12:34:56"), S("dd HH[ XXX]")}, "29 21", "Asia/Tokyo"},
      {"DATE_FORMAT",
       {LTZ("2024-02-29 12:34:56"), S("dd HH XXX")},
       "error: time pattern 'dd HH XXX': the letter X stands for a zone, "
       "which a timestamp does not have",
       "Asia/Tokyo"},
      {"DATE_FORMAT", {S("2024-02-29 12:34:56"), S("yyyy/MM/dd")}, "2024/02/29"},
      {"DATE_FORMAT", {S("nonsense"), S("yyyy")}, "null"},
      {"DATE_FORMAT", {S("2024-02-29"), S("MM")}, "null"},
      {"DATE_FORMAT", {kNull, S("yyyy")}, "null"},
      {"DATE_FORMAT", {TS("2024-02-29 12:34:56.789"), S("")}, ""},
      {"DATE_FORMAT",
       {TS("2024-02-29 12:34:56.789"), S("bogus")},
       "error: time pattern 'bogus': the letter b is not supported"},
  });
  EXPECT_TRUE(CallType("DATE_FORMAT", {Date("2024-01-01"), S("yyyy")}).starts_with("error"));
}

TEST(TimeFunctionsTest, FromText) {
  Check({
      {"TO_DATE", {S("2024-02-29 12:00:00")}, "2024-02-29"},
      {"TO_DATE", {S("29.02.2024"), S("dd.MM.yyyy")}, "2024-02-29"},
      {"TO_DATE", {S("abc")}, "null"},
      {"TO_TIMESTAMP", {S("2024-02-29 12:34:56.123456")}, "2024-02-29 12:34:56.123"},
      {"TO_TIMESTAMP", {S("2024-02-29")}, "2024-02-29 00:00:00.000"},
      {"TO_TIMESTAMP", {S("2024-02-29T12:34:56")}, "null"},
      {"TO_TIMESTAMP", {S("20240229"), S("yyyyMMdd")}, "2024-02-29 00:00:00.000"},
      {"TO_TIMESTAMP", {S("2024-02-29"), S("bogus")}, "null"},
      {"TO_TIMESTAMP", {S("2024-2-9 1:2:3.4"), S("yyyyMMdd")}, "2024-02-09 01:02:03.400"},
      {"TO_TIMESTAMP", {S("2024-2-31"), S("yyyyMMdd")}, "2024-03-02 00:00:00.000"},
      {"TO_TIMESTAMP", {S("2024-2-9 1:2"), S("yyyyMMdd")}, "null"},
      {"TO_TIMESTAMP", {S("24-2-9"), S("yyyyMMdd")}, "null"},
      {"TO_TIMESTAMP_LTZ", {I(100), I(0)}, "1970-01-01 00:01:40.000"},
      {"TO_TIMESTAMP_LTZ", {I(1234), I(3)}, "1970-01-01 00:00:01.234"},
      {"TO_TIMESTAMP_LTZ", {L(1709210096789)}, "2024-02-29 12:34:56.789"},
      {"TO_TIMESTAMP_LTZ", {D(1.5), I(0)}, "1970-01-01 00:00:01.500"},
      {"TO_TIMESTAMP_LTZ", {S("2024-02-29 12:34:56")}, "2024-02-29 21:34:56.000", "Asia/Tokyo"},
      {"TO_TIMESTAMP_LTZ",
       {S("2024-02-29 12"), S("yyyy-MM-dd HH"), S("Asia/Tokyo")},
       "2024-02-29 03:00:00.000"},
      {"TO_TIMESTAMP_LTZ", {Null(DataType::BigInt()), I(3)}, "null"},
      {"TO_TIMESTAMP_LTZ",
       {S("nope")},
       "error: TO_TIMESTAMP_LTZ: 'nope' is no timestamp (with a pattern it would be NULL)"},
      {"TO_TIMESTAMP_LTZ", {S("nope"), S("yyyy")}, "null"},
      {"UNIX_TIMESTAMP", {S("2024-02-29 12:34:56")}, "1709210096"},
      {"UNIX_TIMESTAMP", {S("2024-02-29 12:34:56.789")}, "1709210096"},
      {"UNIX_TIMESTAMP", {S("1970-01-01 09:00:00")}, "0", "Asia/Tokyo"},
      {"UNIX_TIMESTAMP", {S("2024/02/29"), S("yyyy/MM/dd")}, "1709164800"},
      {"UNIX_TIMESTAMP",
       {S("2015-07-24 10:00:00 +0200"), S("yyyy-MM-dd HH:mm:ss Z")},
       "1437724800",
       "Asia/Tokyo"},
      // The clock shows 01:30 twice: the later one counts.
      {"UNIX_TIMESTAMP", {S("2024-11-03 01:30:00")}, "1730626200", "America/Los_Angeles"},
      {"UNIX_TIMESTAMP", {S("nonsense")}, "-9223372036854775808"},
      {"UNIX_TIMESTAMP", {kNull}, "null"},
      {"FROM_UNIXTIME", {I(0)}, "1970-01-01 09:00:00", "Asia/Tokyo"},
      {"FROM_UNIXTIME", {I(-1), S("yyyy HH")}, "1969 23"},
      {"CONVERT_TZ",
       {S("1970-01-01 00:00:00"), S("UTC"), S("America/Los_Angeles")},
       "1969-12-31 16:00:00"},
      {"CONVERT_TZ", {S("nonsense"), S("UTC"), S("UTC")}, "null"},
      {"CONVERT_TZ", {S("1970-01-01 00:00:00"), S("PST"), S("Mars")}, "1970-01-01 08:00:00"},
  });
  EXPECT_TRUE(Call("TO_TIMESTAMP_LTZ", {I(1), I(6)}).starts_with("error: TO_TIMESTAMP_LTZ takes"));
  EXPECT_EQ(CallType("TO_TIMESTAMP", {S("x")}), "TIMESTAMP(3)");
}

class FixedClock : public Clock {
 public:
  Timestamp WallNow() const override { return 1'709'210'096'789; }  // 2024-02-29 12:34:56.789
  int64_t MonotonicNanos() const override { return 0; }
};

std::string AtFixedTime(const std::string& function, const char* zone, Timestamp watermark) {
  std::vector<ExprPtr> args;
  if (function == "CURRENT_WATERMARK") args = {Expr::MakeInput(DataType::Timestamp(3), 0)};
  StatusOr<ExprPtr> call = BindCall(function, args);
  EXPECT_TRUE(call.ok()) << call.status();
  // As text in UTC, so that instants and wall-clock times are seen to differ.
  ExprPtr text = Expr::MakeCall(DataType::String(), "CAST", {*call});
  auto compiled = CompiledExpr::Compile(text, FunctionRegistry::Builtin(), zone);
  EXPECT_TRUE(compiled.ok());
  FixedClock clock;
  EvalContext context;
  context.clock = &clock;
  context.watermark = watermark;
  Batch batch = BatchOf({ColumnOf(DataType::Timestamp(3), {int64_t{0}})});
  StatusOr<ColumnPtr> column = (*compiled)->Evaluate(batch, context);
  EXPECT_TRUE(column.ok()) << column.status();
  Value value = (*column)->GetValue(0);
  return value.is_null() ? "null" : value.string();
}

TEST(TimeFunctionsTest, Clock) {
  EXPECT_EQ(AtFixedTime("CURRENT_TIMESTAMP", "UTC", 0), "2024-02-29 12:34:56.789");
  EXPECT_EQ(AtFixedTime("NOW", "UTC", 0), "2024-02-29 12:34:56.789");
  EXPECT_EQ(AtFixedTime("PROCTIME", "UTC", 0), "2024-02-29 12:34:56.789");
  EXPECT_EQ(AtFixedTime("LOCALTIMESTAMP", "Asia/Tokyo", 0), "2024-02-29 21:34:56.789");
  EXPECT_EQ(AtFixedTime("LOCALTIME", "Asia/Tokyo", 0), "21:34:56");
  EXPECT_EQ(AtFixedTime("CURRENT_DATE", "Pacific/Auckland", 0), "2024-03-01");
  EXPECT_EQ(AtFixedTime("CURRENT_WATERMARK", "UTC", 1500), "1970-01-01 00:00:01.500");
  EXPECT_EQ(AtFixedTime("CURRENT_WATERMARK", "UTC", kMinTimestamp), "null");
  EXPECT_FALSE(EvaluateConstant(*BindCall("NOW", {}), FunctionRegistry::Builtin()).ok());
}

}  // namespace
}  // namespace weir
