#include "connectors/print/print.h"

#include <gtest/gtest.h>

#include "common/data/batch_builder.h"

namespace weir {
namespace {

TEST(PrintTest, CellsAsFlinkPrintsThem) {
  struct Case {
    DataType type;
    Value value;
    const char* text;
  };
  for (const Case& c : std::vector<Case>{
           {DataType::Int(), 1, "1"},
           {DataType::Int(), {}, "null"},
           {DataType::String(), "a b", "a b"},
           {DataType::Boolean(), true, "true"},
           {DataType::Double(), 1e10, "1.0E10"},
           {DataType::Decimal(5, 2), Int128{150}, "1.50"},
           {DataType::Bytes(), "ABC", "[65, 66, 67]"},
           {DataType::Date(), 19723, "2024-01-01"},
           {DataType::Time(), 3723000, "01:02:03"},
           {DataType::Time(), 3720000, "01:02"},
           {DataType::Timestamp(3), int64_t{1704067200000000}, "2024-01-01T00:00"},
           {DataType::Timestamp(3), int64_t{1704067205120000}, "2024-01-01T00:00:05.120"},
           {DataType::Timestamp(6), int64_t{1704067205000001}, "2024-01-01T00:00:05.000001"},
           {DataType::TimestampLtz(3), int64_t{1704067200000000}, "2024-01-01T00:00:00Z"},
           {DataType::TimestampLtz(3), int64_t{1704067200500000}, "2024-01-01T00:00:00.500Z"},
           {DataType::Array(DataType::String()), Value::List{"a", "b"}, "[a, b]"},
           {DataType::Map(DataType::String(), DataType::Int()),
            Value::List{Value(Value::List{"k", 1})}, "{k=1}"},
           {DataType::Row({{"x", DataType::Int()}, {"y", DataType::String()}}),
            Value::List{1, Value()}, "+I[1, null]"},
       }) {
    std::string text;
    AppendPrinted(*ColumnOf(c.type, {c.value}), 0, text);
    EXPECT_EQ(text, c.text) << c.type;
  }
}

TEST(PrintTest, LinesWithIdentifierAndSubtask) {
  struct Case {
    std::map<std::string, std::string> options;
    int parallelism;
    const char* text;
  };
  for (const Case& c :
       std::vector<Case>{{{}, 1, "+I[1, a]\n-D[2, null]\n"},
                         {{{"print-identifier", "ID"}}, 1, "ID> +I[1, a]\nID> -D[2, null]\n"},
                         {{{"print-identifier", "ID"}}, 2, "ID:2> +I[1, a]\nID:2> -D[2, null]\n"},
                         {{}, 2, "2> +I[1, a]\n2> -D[2, null]\n"}}) {
    TableInfo table;
    table.name = "t";
    table.schema = std::make_shared<const Schema>(
        std::vector<Field>{{"a", DataType::Int()}, {"b", DataType::String()}});
    table.options = c.options;
    auto sink = PrintConnector().make_sink(table);
    ASSERT_TRUE(sink.ok()) << sink.status();
    EXPECT_TRUE((*sink)->accepts_updates() && (*sink)->needs_update_before());
    SinkWriterContext context;
    context.identity.subtask = 1;
    context.identity.parallelism = c.parallelism;
    auto writer = (*sink)->MakeWriter(context);
    BatchBuilder builder(table.schema);
    builder.AppendRow({1, "a"});
    builder.AppendRow({2, Value()}, RowKind::kDelete);
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(*(*writer)->Write(builder.Finish()), true);
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), c.text);
  }
}

}  // namespace
}  // namespace weir
