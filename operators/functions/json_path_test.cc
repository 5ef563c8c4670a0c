#include "operators/functions/json_path.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr char kDocument[] =
    R"({"a":[{"x":1,"n":null},{"x":2,"t":["p","q"]},{"y":"r"},5,"s"],"b":{"c":[1,2,3]},"e":["r"]})";

// As JSON; "nothing", or "no path".
std::string Find(const std::string& path, const std::string& document = kDocument) {
  const StatusOr<JsonPath> compiled = JsonPath::Compile(path);
  if (!compiled.ok()) return "no path";
  const std::optional<JsonValue> found = compiled->Find(*ParseJson(document));
  if (!found) return "nothing";
  std::string text;
  AppendJson(*found, text);
  return text;
}

// What a real Flink answers is in tests/sql/flink/json; these it cannot do for want of a library.
TEST(JsonPathTest, FiltersByWhatIsThere) {
  EXPECT_EQ(Find("$.a[?(@.x)]"), R"([{"n":null,"x":1},{"t":["p","q"],"x":2}])");
  EXPECT_EQ(Find("$.a[?(@.n)]"), R"([{"n":null,"x":1}])");
  EXPECT_EQ(Find("$.a[?(!@.x)]"), R"([{"y":"r"},5,"s"])");
  EXPECT_EQ(Find("lax $.a[?(@.x && !@.t)]"), R"([{"n":null,"x":1}])");
  EXPECT_EQ(Find("$.b[?(@.c)]"), R"([{"c":[1,2,3]}])");
  EXPECT_EQ(Find("$.a[?(5)]"), "no path");
}

TEST(JsonPathTest, FiltersByLists) {
  EXPECT_EQ(Find("$.a[?(@.x in [2, 3])]"), R"([{"t":["p","q"],"x":2}])");
  EXPECT_EQ(Find("$.a[?(@.y IN ['r', \"it's\"])]"), R"([{"y":"r"}])");
  EXPECT_EQ(Find("$.a[?(@.y in $.e)]"), R"([{"y":"r"}])");
  EXPECT_EQ(Find("$.a[?(@.x nin [2])]"), R"([{"n":null,"x":1},{"y":"r"},5,"s"])");
  EXPECT_EQ(Find("$.a[?(@.t contains 'q')]"), R"([{"t":["p","q"],"x":2}])");
  EXPECT_EQ(Find("$.a[?(@.t == ['p','q'])]"), R"([{"t":["p","q"],"x":2}])");
  EXPECT_EQ(Find("$.a[?(@.t size 2)]"), R"([{"t":["p","q"],"x":2}])");
  EXPECT_EQ(Find("$.a[?(@ == 5)]"), "[5]");
  EXPECT_EQ(Find("$.a[?(@ == 's')]"), R"(["s"])");
}

TEST(JsonPathTest, QuotesAndBracketsInAFilterAreText) {
  EXPECT_EQ(Find(R"($[?(@.k == ')]')])", R"([{"k":")]"},{"k":1}])"), R"([{"k":")]"}])");
  EXPECT_EQ(Find(R"($[?(@['a b'] == "x\"y")])", R"([{"a b":"x\"y"}])"), R"([{"a b":"x\"y"}])");
  EXPECT_EQ(Find(R"($[?(@.k == 'it\'s')])", R"([{"k":"it's"}])"), R"([{"k":"it's"}])");
}

TEST(JsonPathTest, WhatIsNoPath) {
  for (const char* path : {"",
                           "$.",
                           "$..",
                           "$[",
                           "$]",
                           "$.a[",
                           "$.a[?",
                           "$.a[?(",
                           "$.a[?(@",
                           "$.a[?(@.x ==)]",
                           "$.a[?(== 1)]",
                           "$.a[?(@.x == 1 &&)]",
                           "$.a[?(@.x == 1 && )]",
                           "$.a[?(@.x =~ 'p')]",
                           "$.a[?(@.x == /p/)]",
                           "$.a[?(@.x =~ /(/)]",
                           "$.a[?(@.x foo 1)]",
                           "$.a.nosuch()",
                           "$.a.length().x",
                           "$.a.index()",
                           "$.a[?(@.x == 1))]",
                           "$.a[?((@.x == 1)]",
                           "$.a[1:2:x"}) {
    EXPECT_EQ(Find(path), "no path") << path;
  }
  EXPECT_EQ(Find("$.a[?(" + std::string(10'000, '(') + "@.x" + std::string(10'000, ')') + ")]"),
            "no path");
  EXPECT_EQ(Find("$.a[?(" + std::string(10'000, '!') + "@.x)]"), "no path");
}

TEST(JsonPathTest, MembersKeepTheirOrderAndTheLastOfEqualOnesCounts) {
  EXPECT_EQ(Find("$.*", R"({"b":1,"a":2,"b":3,"c":4})"), "[3,2,4]");
  EXPECT_EQ(Find("$", R"({"b":1,"a":2,"b":3,"c":4,"c":5})"), R"({"a":2,"b":3,"c":5})");
}

}  // namespace
}  // namespace weir
