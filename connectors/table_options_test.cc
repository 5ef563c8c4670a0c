#include "connectors/table_options.h"

#include <gtest/gtest.h>

#include "connectors/testing/recording_output.h"

namespace weir {
namespace {

using Options = std::map<std::string, std::string>;

TEST(TableOptionsTest, RefusalsNameTableOptionAndNearest) {
  struct Case {
    const char* connector;
    bool sink;
    Options options;
    const char* message;
  };
  for (const Case& c : std::vector<Case>{
           {"filesystem", false, {}, "table `t`: missing options 'path', 'format'"},
           {"filesystem",
            false,
            {{"path", "/x"}, {"format", "jsn"}},
            "table `t`: unknown format 'jsn'; did you mean 'json'? (there are: csv, json, raw)"},
           {"filesystem",
            false,
            {{"path", "/x"}, {"format", "json"}, {"json.ignore-parse-error", "true"}},
            "table `t`: format 'json': unknown option 'ignore-parse-error'; did you mean "
            "'ignore-parse-errors'?"},
           {"filesystem",
            false,
            {{"path", "/x"}, {"format", "json"}, {"csv.null-literal", "x"}},
            "table `t`: unknown option 'csv.null-literal'"},
           {"filesystem",
            false,
            {{"path", "s3://x"}, {"format", "json"}},
            "table `t`: option 'path' = 's3://x' is refused: 's3://x': only local files "
            "(file:///...) can be used"},
           {"print",
            true,
            {{"print-identifer", "x"}},
            "table `t`: unknown option 'print-identifer'; did you mean 'print-identifier'?"},
           {"datagen",
            false,
            {{"rows-per-second", "0"}},
            "table `t`: option 'rows-per-second' = '0' must be at least 1"},
           {"datagen",
            false,
            {{"fields.b.kind", "random"}},
            "table `t`: unknown option 'fields.b.kind'; did you mean 'fields.a.kind'?"},
           {"datagen",
            false,
            {{"fields.a.kind", "sequence"}},
            "table `t`: missing options 'fields.a.start', 'fields.a.end'"},
           {"datagen",
            false,
            {{"fields.a.max", "99999999999"}},
            "table `t`: option 'fields.a.max' = '99999999999' must be at most 2147483647"},
       }) {
    TableInfo table = TableOf({{"a", DataType::Int()}}, c.options);
    auto connector = FindConnector(c.connector);
    ASSERT_TRUE(connector.ok());
    Status status = c.sink ? (*connector)->make_sink(table).status()
                           : (*connector)->make_source(table).status();
    EXPECT_EQ(status, InvalidArgumentError(c.message));
  }
}

TEST(TableOptionsTest, ConnectorNames) {
  struct Case {
    const char* name;
    bool read, written;
  };
  for (const Case& c :
       {Case{"blackhole", false, true}, Case{"datagen", true, false},
        Case{"filesystem", true, true}, Case{"jdbc", false, true}, Case{"kafka", true, true},
        Case{"print", false, true}, Case{"upsert-kafka", true, true}}) {
    auto connector = FindConnector(c.name);
    ASSERT_TRUE(connector.ok()) << connector.status();
    EXPECT_EQ((*connector)->make_source != nullptr, c.read) << c.name;
    EXPECT_EQ((*connector)->make_sink != nullptr, c.written) << c.name;
  }
  std::string message = FindConnector("fliesystem").status().message();
  EXPECT_NE(message.find("unknown connector 'fliesystem'; did you mean 'filesystem'?"),
            std::string::npos)
      << message;
  EXPECT_NE(FindConnector("").status().message().find("'connector' is missing"), std::string::npos);
}

TEST(MessageLayoutTest, KeyAndValueColumns) {
  std::vector<Field> fields = {{"k_id", DataType::Int()}, {"v", DataType::String()}};
  TableInfo table = TableOf(fields, {{"key.format", "json"},
                                     {"key.fields", "k_id"},
                                     {"key.fields-prefix", "k_"},
                                     {"value.fields-include", "EXCEPT_KEY"}});
  StatusOr<MessageLayout> layout = LayoutOf(table);
  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_EQ(layout->key.schema->ToString(), "( `id` INT )");
  EXPECT_EQ(layout->key.columns, std::vector<uint32_t>{0});
  EXPECT_EQ(layout->value.columns, std::vector<uint32_t>{1});

  for (auto& [options, message] : std::vector<std::pair<Options, std::string>>{
           {{{"key.fields", "k_id"}}, "needs 'key.format'"},
           {{{"key.format", "json"}}, "needs 'key.fields'"},
           {{{"key.format", "json"}, {"key.fields", "k_di"}}, "did you mean 'k_id'?"},
           {{{"key.format", "json"}, {"key.fields", "k_id"}, {"key.fields-prefix", "k_"}},
            "needs 'value.fields-include' = 'EXCEPT_KEY'"}}) {
    Status status = LayoutOf(TableOf(fields, options)).status();
    EXPECT_NE(status.message().find(message), std::string::npos) << status;
  }
}

}  // namespace
}  // namespace weir
