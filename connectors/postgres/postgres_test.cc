#include "connectors/postgres/postgres.h"

#include <gtest/gtest.h>

#include "common/data/batch_builder.h"
#include "connectors/postgres/change_buffer.h"
#include "connectors/postgres/postgres_options.h"
#include "connectors/postgres/postgres_types.h"
#include "connectors/postgres/postgres_writer.h"
#include "connectors/testing/recording_output.h"

namespace weir {
namespace {

using Options = std::map<std::string, std::string>;

TEST(PostgresUrlTest, Forms) {
  struct Case {
    const char* url;
    Options parameters;
  };
  for (const Case& c : std::vector<Case>{
           {"jdbc:postgresql://db.example:6543/shop",
            {{"host", "db.example"}, {"port", "6543"}, {"dbname", "shop"}}},
           {"jdbc:postgresql://h/shop", {{"host", "h"}, {"port", "5432"}, {"dbname", "shop"}}},
           {"jdbc:postgresql:shop", {{"host", "localhost"}, {"port", "5432"}, {"dbname", "shop"}}},
           {"jdbc:postgresql://h1:1,h2:2/d?targetServerType=primary",
            {{"host", "h1,h2"},
             {"port", "1,2"},
             {"dbname", "d"},
             {"target_session_attrs", "read-write"}}},
           {"jdbc:postgresql://[::1]:5433/d", {{"host", "::1"}, {"port", "5433"}, {"dbname", "d"}}},
           {"jdbc:postgresql://h/"
            "d?user=a%40b&password=x%26y&sslmode=require&reWriteBatchedInserts=true",
            {{"host", "h"},
             {"port", "5432"},
             {"dbname", "d"},
             {"user", "a@b"},
             {"password", "x&y"},
             {"sslmode", "require"}}},
           {"jdbc:postgresql://h/d?ssl=true&currentSchema=s",
            {{"host", "h"},
             {"port", "5432"},
             {"dbname", "d"},
             {"sslmode", "verify-full"},
             {"options", " -c search_path=s"}}},
       }) {
    auto parsed = ParsePostgresUrl(c.url);
    ASSERT_TRUE(parsed.ok()) << c.url << parsed.status();
    EXPECT_EQ(*parsed, c.parameters) << c.url;
  }
  EXPECT_FALSE(ParsePostgresUrl("jdbc:mysql://h/d").ok());
  EXPECT_FALSE(ParsePostgresUrl("jdbc:postgresql://h:x/d").ok());
  EXPECT_FALSE(ParsePostgresUrl("jdbc:postgresql://u:secret@h/d").ok());
}

// How many rows a transaction has after `count` of them, each taking `fixed_ms` and `row_us` a row.
size_t SettledSize(double fixed_ms, double row_us, int count = 50) {
  TransactionSize size(100);
  for (int i = 0; i < count; ++i) {
    const double rows = static_cast<double>(size.rows());
    size.OnWritten(size.rows(), static_cast<int64_t>(fixed_ms * 1e6 + rows * row_us * 1e3));
  }
  return size.rows();
}

TEST(TransactionSizeTest, HoldsWhatIsWrittenIn200Ms) {
  EXPECT_EQ(SettledSize(1, 5), 20'000u);                   // a fast database: the most
  EXPECT_NEAR(double(SettledSize(1, 200)), 1000.0, 10.0);  // 5,000 rows a second
  EXPECT_LE(SettledSize(1, 5000), 200u);
  // Where the time is not the rows', fewer of them would gain nothing.
  EXPECT_EQ(SettledSize(400, 5), 20'000u);
}

TEST(TransactionSizeTest, AFirstTransactionThatIsLargeAndSlowIsNoMeasure) {
  TransactionSize size(100);
  size.OnWritten(4096, 1'640'000'000);  // 0.4 ms a row, as all that follow
  for (int i = 0; i < 20; ++i) {
    size.OnWritten(size.rows(), static_cast<int64_t>(size.rows()) * 400'000);
  }
  EXPECT_NEAR(double(size.rows()), 500.0, 10.0);
}

TEST(TransactionSizeTest, FollowsADatabaseThatBecomesSlow) {
  TransactionSize size(100);
  for (int i = 0; i < 20; ++i) size.OnWritten(size.rows(), 20'000'000);
  EXPECT_EQ(size.rows(), 20'000u);
  size.OnWritten(20'000, 4'000'000'000);
  EXPECT_NEAR(double(size.rows()), 1000.0, 100.0);
  // An outage is no measure.
  size.OnWritten(1000, 60'000'000'000);
  size.OnWritten(100, 20'000'000);
  size.OnWritten(200, 40'000'000);
  EXPECT_EQ(size.rows(), 400u);
}

TEST(PostgresOptionsTest, RefusalsShowNoPassword) {
  struct Case {
    Options options;
    const char* part;
  };
  for (const Case& c : std::vector<Case>{
           {{}, "missing options 'table-name', 'url'"},
           {{{"table-name", "t"}, {"url", "jdbc:oracle:x?password=geheim"}},
            "option 'url' is not a PostgreSQL URL"},
           {{{"table-name", "t"}, {"url", "jdbc:postgresql://h/d"}, {"user", "x"}},
            "unknown option 'user'"},
           {{{"table-name", "t"},
             {"url", "jdbc:postgresql://h/d"},
             {"sink.buffer-flush.interval", "soon"}},
            "'sink.buffer-flush.interval' = 'soon' is not a duration"},
           {{{"table-name", "t"}, {"url", "jdbc:postgresql://h/d"}, {"sink.max-retrys", "1"}},
            "did you mean 'sink.max-retries'?"},
       }) {
    Status status =
        PostgresConnector().make_sink(TableOf({{"a", DataType::Int()}}, c.options)).status();
    EXPECT_NE(status.message().find(c.part), std::string::npos) << status;
    EXPECT_EQ(status.message().find("geheim"), std::string::npos) << status;
  }
}

TEST(PostgresTypesTest, WhatFits) {
  struct Case {
    DataType type;
    const char* name;
    bool fits;
    bool array = false;
  };
  for (const Case& c : std::vector<Case>{
           {DataType::Int(), "int4", true},
           {DataType::BigInt(), "int4", true},
           {DataType::Int(), "text", false},
           {DataType::Double(), "numeric", true},
           {DataType::Double(), "int8", false},
           {DataType::Decimal(10, 2), "int8", false},
           {DataType::Decimal(10, 0), "int8", true},
           {DataType::String(), "varchar", true},
           {DataType::String(), "jsonb", true},
           {DataType::String(), "int4", false},
           {DataType::String(), "date", false},
           {DataType::Date(), "date", true},
           {DataType::Timestamp(3), "timestamptz", true},
           {DataType::Timestamp(3), "date", false},
           {DataType::Boolean(), "bool", true},
           {DataType::Boolean(), "int4", false},
           {DataType::Bytes(), "bytea", true},
           {DataType::Bytes(), "text", false},
           {DataType::Array(DataType::Int()), "int4", true, true},
           {DataType::Array(DataType::Int()), "int4", false, false},
           {DataType::Int(), "int4", false, true},
           {DataType::Map(DataType::String(), DataType::Int()), "jsonb", false},
       }) {
    EXPECT_EQ(FitsPostgres(c.type, {.name = c.name, .array = c.array}), c.fits)
        << c.type << " into " << c.name;
  }
}

TEST(PostgresTypesTest, ArrayElements) {
  struct Case {
    DataType type;
    Value value;
    const char* text;
  };
  for (const Case& c : std::vector<Case>{
           {DataType::Int(), {}, "NULL"},
           {DataType::Int(), -5, "-5"},
           {DataType::String(), "NULL", "\"NULL\""},
           {DataType::String(), "a\"b\\c,{}", "\"a\\\"b\\\\c,{}\""},
           {DataType::Decimal(10, 2), Int128{-5}, "-0.05"},
           {DataType::Boolean(), true, "t"},
           {DataType::Bytes(), std::string("\0\xff", 2), "\"\\\\x00ff\""},
           {DataType::Timestamp(3), 1500000, "\"1970-01-01 00:00:01.5\""},
           {DataType::TimestampLtz(3), 0, "\"1970-01-01 00:00:00+00\""},
           {DataType::Array(DataType::String()), Value::List{"a\"", Value()},
            "\"{\\\"a\\\\\\\"\\\",NULL}\""},
       }) {
    std::string out;
    EXPECT_EQ(AppendArrayElement(*ColumnOf(c.type, {c.value}), 0, out), OkStatus());
    EXPECT_EQ(out, c.text) << c.type;
  }
  std::string out;
  EXPECT_EQ(
      AppendArrayElement(*ColumnOf(DataType::String(), {std::string("a\0b", 3)}), 0, out).code(),
      StatusCode::kInvalidArgument);
}

std::string Describe(const ChangeBuffer::Changes& changes) {
  std::string out;
  for (bool deletes : {true, false}) {
    for (const ChangeBuffer::Ref& ref : deletes ? changes.deletes : changes.upserts) {
      out += deletes ? "-" : "+";
      for (const ColumnPtr& column : changes.batches[ref.batch].columns()) {
        AppendPrinted(*column, ref.row, out);
      }
      out += " ";
    }
  }
  return out;
}

TEST(ChangeBufferTest, FoldsToTheLastChangeOfEachKeyInOneOrder) {
  auto schema = std::make_shared<const Schema>(
      std::vector<Field>{{"k", DataType::String()}, {"v", DataType::Int()}});
  ChangeBuffer buffer({0});
  BatchBuilder builder(schema);
  builder.AppendRow({"b", 1});
  builder.AppendRow({"a", 2});
  builder.AppendRow({"b", 1}, RowKind::kUpdateBefore);
  builder.AppendRow({"b", 3}, RowKind::kUpdateAfter);
  buffer.Add(builder.Finish());
  builder.AppendRow({"c", 4});
  builder.AppendRow({"a", 2}, RowKind::kDelete);
  builder.AppendRow({"d", 5}, RowKind::kDelete);
  builder.AppendRow({"d", 6});
  buffer.Add(builder.Finish());
  EXPECT_EQ(buffer.rows(), 8u);
  ChangeBuffer split = buffer.Split();
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(Describe(split.Take()), "-a2 +b3 +c4 +d6 ");
  EXPECT_TRUE(split.empty());

  ChangeBuffer append({});
  builder.AppendRow({"b", 1});
  builder.AppendRow({"a", 2});
  builder.AppendRow({"b", 1});
  append.Add(builder.Finish());
  EXPECT_EQ(Describe(append.Take()), "+b1 +a2 +b1 ");
}

TEST(PostgresConnectionTest, AServerThatIsDownIsNamed) {
  auto sink = PostgresConnector().make_sink(
      TableOf({{"a", DataType::Int()}},
              {{"table-name", "t"}, {"url", "jdbc:postgresql://127.0.0.1:1/shop"}}));
  Status status = (*sink)->Validate();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  for (const char* part : {"127.0.0.1:1/shop", "Connection refused", "is the server running"}) {
    EXPECT_NE(status.message().find(part), std::string::npos) << status;
  }
}

}  // namespace
}  // namespace weir
