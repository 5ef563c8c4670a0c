#include "common/config/option_reader.h"

#include <gtest/gtest.h>

#include "common/base/nearest_name.h"

namespace weir {
namespace {

using Options = std::map<std::string, std::string>;

TEST(OptionReaderTest, Durations) {
  struct Case {
    const char* text;
    int64_t ms;  // -1: refused
  };
  for (const Case& c : {Case{"5 s", 5000},
                        {"1 min", 60000},
                        {"100ms", 100},
                        {"7", 7},
                        {"2 h", 7200000},
                        {"1 Day", 86400000},
                        {"1500 us", 1},
                        {"0", 0},
                        {" 3 seconds ", 3000},
                        {"s", -1},
                        {"5 parsecs", -1},
                        {"-1 s", -1},
                        {"9223372036854775807 d", -1}}) {
    StatusOr<Duration> got = ParseDuration(c.text);
    EXPECT_EQ(got.ok() ? got->count() : -1, c.ms) << c.text;
  }
}

TEST(OptionReaderTest, MemorySizes) {
  EXPECT_EQ(*ParseMemorySize("64 kb"), 65536);
  EXPECT_EQ(*ParseMemorySize("1mb"), 1048576);
  EXPECT_EQ(*ParseMemorySize("12"), 12);
  EXPECT_FALSE(ParseMemorySize("much").ok());
}

TEST(OptionReaderTest, TypedReadsAndDefaults) {
  Options options = {{"n", " 12 "},         {"b", "TRUE"}, {"mode", "Earliest-Offset"},
                     {"topics", "a; b;;c"}, {"p.x", "1"},  {"p.y", "2"},
                     {"d", "2 s"}};
  OptionReader reader("table `t`", options);
  EXPECT_EQ(reader.Integer("n", 1), 12);
  EXPECT_EQ(reader.Integer("absent", 1), 1);
  EXPECT_TRUE(reader.Bool("b", false));
  EXPECT_EQ(reader.OneOf("mode", "x", {"earliest-offset", "latest-offset"}), "earliest-offset");
  EXPECT_EQ(reader.List("topics"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(reader.WithPrefix("p."), (Options{{"x", "1"}, {"y", "2"}}));
  EXPECT_EQ(reader.Duration("d", Duration(1)), Duration(2000));
  EXPECT_EQ(reader.Finish(), OkStatus());
}

TEST(OptionReaderTest, Refusals) {
  struct Case {
    Options options;
    std::string message;
  };
  for (const Case& c :
       std::vector<Case>{{{}, "table `t`: missing options 'path', 'format'"},
                         {{{"path", "p"}}, "table `t`: missing option 'format'"},
                         {{{"path", "p"}, {"format", "f"}, {"cuont", "3"}},
                          "table `t`: unknown option 'cuont'; did you mean 'count'?"},
                         {{{"path", "p"}, {"format", "f"}, {"zzzzzz", "3"}},
                          "table `t`: unknown option 'zzzzzz'"},
                         {{{"path", "p"}, {"format", "f"}, {"count", "x"}},
                          "table `t`: option 'count' = 'x' is not a whole number"},
                         {{{"path", "p"}, {"format", "f"}, {"count", "0"}},
                          "table `t`: option 'count' = '0' must be at least 1"},
                         {{{"path", "p"}, {"format", "f"}, {"mode", "c"}},
                          "table `t`: option 'mode' = 'c' is none of 'a', 'b'"},
                         {{{"path", "p"}, {"format", "f"}, {"password-bits", "geheim"}},
                          "table `t`: option 'password-bits' is not a whole number"}}) {
    OptionReader reader("table `t`", c.options);
    reader.Required("path");
    reader.Required("format");
    reader.Integer("count", 1, 1);
    reader.Integer("password-bits", 1);
    reader.OneOf("mode", "a", {"a", "b"});
    EXPECT_EQ(reader.Finish(), InvalidArgumentError(c.message));
  }
}

TEST(NearestNameTest, Table) {
  std::vector<std::string> names = {"kafka", "jdbc", "print", "datagen", "amount", "Amount2"};
  EXPECT_EQ(NearestName("kakfa", names), "kafka");
  EXPECT_EQ(NearestName("prnt", names), "print");
  EXPECT_EQ(NearestName("AMOUNT", names), "amount");
  EXPECT_EQ(NearestName("elasticsearch", names), "");
  EXPECT_EQ(NearestName("", names), "");
  const std::vector<std::string> keys = {"a.checkpointing.dir", "a.checkpointing.interval",
                                         "parallelism.default", "rest.port"};
  EXPECT_EQ(NearestName("a.checkpointing.mode", keys), "") << "four letters of four are others";
  EXPECT_EQ(NearestName("a.checkpointing.intervall", keys), "a.checkpointing.interval");
  EXPECT_EQ(NearestName("a.chekpointing.dir", keys), "a.checkpointing.dir");
  EXPECT_EQ(NearestName("paralelism.default", keys), "parallelism.default");
  EXPECT_EQ(NearestName("rest.prot", keys), "rest.port");
}

}  // namespace
}  // namespace weir
