#include <gtest/gtest.h>

#include "operators/expressions/test_expressions.h"
#include "operators/functions/json_path.h"
#include "operators/functions/json_value.h"

namespace weir {
namespace {

using namespace testing;  // NOLINT: the short names of cells

const char kDocument[] =
    R"({"a": 1, "b": "text", "c": null, "d": [1, 2, {"e": 3}], "f": {"g": true}})";
const Cell kNull = Null(DataType::String());

TEST(JsonTest, ReadsAndWrites) {
  struct Case {
    const char* json;
    const char* written;  // null: no JSON
  };
  const Case cases[] = {
      {R"({"b": 1, "a": [1, "x", null, true]})", R"({"a":[1,"x",null,true],"b":1})"},
      {R"({"a": 1, "a": 2})", R"({"a":2})"},
      {"12345678901234567890123", "12345678901234567890123"},
      {"1.50", "1.50"},
      {"1e3", "1E+3"},
      {"1.0e10", "1.0E+10"},
      {"0.1e-10", "1E-11"},
      {"-0.000001", "-0.000001"},
      {"0.0000001", "1E-7"},
      {R"("é\"\n\u0001")", R"("é\"\n\u0001")"},
      {"[]", "[]"},
      {"{}", "{}"},
      {"", nullptr},
      {"not json", nullptr},
      {"[1,]", nullptr},
      {"1 2", nullptr},
      {"\"\xff\"", nullptr},
  };
  for (const Case& c : cases) {
    std::optional<JsonValue> value = ParseJson(c.json);
    ASSERT_EQ(value.has_value(), c.written != nullptr) << c.json;
    if (!value) continue;
    std::string out;
    AppendJson(*value, out);
    EXPECT_EQ(out, c.written);
  }
  EXPECT_FALSE(ParseJson(std::string(100'000, '[')).has_value());
}

TEST(JsonTest, NamesAreOrderedByUtf16Units) {
  EXPECT_TRUE(JsonNameLess("", "a"));
  EXPECT_FALSE(JsonNameLess("a", "a"));
  EXPECT_TRUE(JsonNameLess("a", "aa"));
  EXPECT_TRUE(JsonNameLess("Z", "a"));
  EXPECT_TRUE(JsonNameLess("z", "é"));
  EXPECT_TRUE(JsonNameLess("😀", "ｚ"));  // U+1F600 is D83D DE00 there, U+FF5A follows
  EXPECT_FALSE(JsonNameLess("ｚ", "😀"));
  EXPECT_TRUE(JsonNameLess("😀", "😁"));
}

TEST(JsonTest, Variants) {
  struct Case {
    const char* json;
    const char* variant;  // or the error
  };
  const Case cases[] = {
      {R"({"b": 1, "a": [1.50, "x"]})", R"({"a":[1.5,"x"],"b":1})"},
      {"-0.00", "0"},
      {"-0.10", "-0.1"},
      {"1e3", "1000.0"},
      {"0.123456789012345678901234567890123456789", "0.12345678901234568"},
      {"1 2", "1"},
      {"{} x", "{}"},
      {"null", "null"},
      {"", "error: PARSE_JSON cannot read '': no JSON from byte 1 on"},
      {R"({"a")", R"(error: PARSE_JSON cannot read '{"a"': no JSON from byte 5 on)"},
      {R"({"a":1,"a":2})", R"(error: PARSE_JSON cannot read '{"a":1,"a":2}': )"
                           "a name is there twice in one object"},
  };
  for (const Case& c : cases) EXPECT_EQ(Call("PARSE_JSON", {S(c.json)}), c.variant) << c.json;
  EXPECT_EQ(Call("PARSE_JSON", {S(R"({"a":1,"a":2})"), B(true)}), R"({"a":2})");
  EXPECT_EQ(Call("TRY_PARSE_JSON", {S("{")}), "null");
  EXPECT_EQ(Call("PARSE_JSON", {kNull}), "null");
  EXPECT_EQ(Call("TRY_PARSE_JSON", {S(std::string(2'000, '['))}), "null");
}

TEST(JsonTest, Paths) {
  struct Case {
    const char* path;
    const char* found;
  };
  const Case cases[] = {
      {"$", R"({"a":{"b":[10,20]},"x y":1,"l":[{"b":1},{"b":2},{}]})"},
      {"$.a.b", "[10,20]"},
      {"$.a.b[1]", "20"},
      {"$.a.b[-1]", "20"},
      {"$['x y']", "1"},
      {"$.['x y']", "1"},
      {"$.a.b[2]", "nothing"},
      {"$.z", "nothing"},
      {"$.a[0]", "nothing"},
      {"$.l[*].b", "[1,2]"},
      {"$.a.*", "[[10,20]]"},
      {"$..b", "[[10,20],1,2]"},
      {"lax $.z", "nothing"},
      {"strict $.a.b[0]", "10"},
      {"a.b", "[10,20]"},
      {"$.a[", "invalid"},
      {"$.a[x]", "invalid"},
      {"$.", "invalid"},
      {"$.l[?(@.b)]", R"([{"b":1},{"b":2}])"},
      {"", "invalid"},
  };
  JsonValue root = *ParseJson(R"({"a": {"b": [10, 20]}, "x y": 1, "l": [{"b": 1}, {"b": 2}, {}]})");
  for (const Case& c : cases) {
    StatusOr<JsonPath> path = JsonPath::Compile(c.path);
    std::string got = "invalid";
    if (path.ok()) {
      std::optional<JsonValue> value = path->Find(root);
      got = value ? "" : "nothing";
      if (value) AppendJson(*value, got);
    }
    if (std::string(c.path) == "$") {
      EXPECT_EQ(got.size(), std::string(c.found).size());
    } else {
      EXPECT_EQ(got, c.found) << c.path;
    }
  }
}

std::string Value(const char* json, const char* path) {
  return Call("JSON_VALUE", {json ? S(json) : kNull, S(path)});
}

TEST(JsonTest, JsonValue) {
  EXPECT_EQ(Value(kDocument, "$.a"), "1");
  EXPECT_EQ(Value(kDocument, "$.b"), "text");
  EXPECT_EQ(Value(kDocument, "$.c"), "null");
  EXPECT_EQ(Value(kDocument, "$.d"), "null");
  EXPECT_EQ(Value(kDocument, "$.d[2].e"), "3");
  EXPECT_EQ(Value(kDocument, "$.f.g"), "true");
  EXPECT_EQ(Value(kDocument, "$.missing"), "null");
  EXPECT_EQ(Value("not json", "$.a"), "null");
  EXPECT_EQ(Value(nullptr, "$.a"), "null");
  EXPECT_EQ(Value("\"scalar\"", "$"), "scalar");
  EXPECT_EQ(Value("{\"a\": 1.50}", "lax $.a"), "1.50");
  EXPECT_EQ(Value(kDocument, "no path"), "null");
}

// JSON_VALUE with all its clauses.
std::string Full(const char* json, const char* path, const Cell& empty_default,
                 const Cell& error_default, const char* on_empty = "DEFAULT",
                 const char* on_error = "DEFAULT") {
  return Call("JSON_VALUE",
              {S(json), S(path), S(on_empty), empty_default, S(on_error), error_default});
}

TEST(JsonTest, JsonValueClauses) {
  Cell empty = S("empty"), error = S("error");
  EXPECT_EQ(Full(kDocument, "lax $.missing", empty, error), "empty");
  EXPECT_EQ(Full(kDocument, "lax $.d", empty, error), "empty");
  EXPECT_EQ(Full(kDocument, "lax $.c", empty, error), "empty");
  EXPECT_EQ(Full("not json", "lax $.a", empty, error), "empty");
  EXPECT_EQ(Full("null", "lax $.a", empty, error), "error");
  EXPECT_EQ(Full(kDocument, "$.missing", empty, error), "error");
  EXPECT_EQ(Full(kDocument, "$.d", empty, error), "error");
  EXPECT_EQ(Full("not json", "strict $.a", empty, error), "error");
  EXPECT_EQ(Full(kDocument, "$.a", empty, error), "1");
  EXPECT_EQ(Full(kDocument, "lax $.missing", empty, error, "NULL"), "null");
  EXPECT_TRUE(
      Full(kDocument, "lax $.missing", empty, error, "ERROR").starts_with("error: JSON_VALUE"));
  EXPECT_TRUE(
      Full(kDocument, "$.missing", empty, error, "NULL", "ERROR").starts_with("error: JSON_VALUE"));
  // RETURNING: the type of the defaults.
  EXPECT_EQ(Full(kDocument, "$.a", I(-1), I(-2)), "1");
  EXPECT_EQ(Full(kDocument, "$.b", I(-1), I(-2)), "-2");
  EXPECT_EQ(Full(kDocument, "$.f.g", B(false), B(false)), "TRUE");
  EXPECT_EQ(Full("{\"a\": 1.50}", "$.a", D(0), D(0)), "1.5");
}

std::string Query(const char* json, const char* path, const char* wrapper = "WITHOUT",
                  const char* on_empty = "NULL", const char* on_error = "NULL") {
  return Call("JSON_QUERY", {S(json), S(path), S(wrapper), S(on_empty), S(on_error)});
}

TEST(JsonTest, JsonQuery) {
  EXPECT_EQ(Query(kDocument, "$.d"), R"([1,2,{"e":3}])");
  EXPECT_EQ(Query(kDocument, "$.a"), "null");
  EXPECT_EQ(Query(kDocument, "$.a", "UNCONDITIONAL"), "[1]");
  EXPECT_EQ(Query(kDocument, "$.d", "CONDITIONAL"), R"([1,2,{"e":3}])");
  EXPECT_EQ(Query(kDocument, "$.f", "CONDITIONAL"), R"([{"g":true}])");
  EXPECT_EQ(Query(kDocument, "$.d", "UNCONDITIONAL"), R"([[1,2,{"e":3}]])");
  EXPECT_EQ(Query(kDocument, "$.missing", "WITHOUT", "EMPTY ARRAY"), "null");
  EXPECT_EQ(Query(kDocument, "lax $.missing", "WITHOUT", "EMPTY ARRAY"), "[]");
  EXPECT_EQ(Query(kDocument, "lax $.missing", "WITHOUT", "EMPTY OBJECT"), "{}");
  EXPECT_EQ(Query(kDocument, "$.a", "WITHOUT", "NULL", "EMPTY ARRAY"), "[]");
  EXPECT_TRUE(Query(kDocument, "$.a", "WITHOUT", "NULL", "ERROR").starts_with("error: JSON_QUERY"));
  EXPECT_EQ(Query("[{\"a\": 1}, {\"a\": 2}]", "$[*].a", "UNCONDITIONAL"), "[[1,2]]");
}

TEST(JsonTest, Tests) {
  EXPECT_EQ(Call("JSON_EXISTS", {S(kDocument), S("$.a")}), "TRUE");
  EXPECT_EQ(Call("JSON_EXISTS", {S(kDocument), S("$.c")}), "FALSE");
  EXPECT_EQ(Call("JSON_EXISTS", {S(kDocument), S("$.missing")}), "FALSE");
  EXPECT_EQ(Call("JSON_EXISTS", {S(kDocument), S("$.missing"), S("TRUE")}), "TRUE");
  EXPECT_EQ(Call("JSON_EXISTS", {S(kDocument), S("$.missing"), S("UNKNOWN")}), "null");
  EXPECT_EQ(Call("JSON_EXISTS", {S(kDocument), S("lax $.missing"), S("TRUE")}), "FALSE");
  EXPECT_EQ(Call("JSON_EXISTS", {kNull, S("$.a")}), "null");
  EXPECT_EQ(Call("IS JSON", {S(kDocument), S("VALUE")}), "TRUE");
  EXPECT_EQ(Call("IS JSON", {S(kDocument), S("ARRAY")}), "FALSE");
  EXPECT_EQ(Call("IS JSON", {S("[1]"), S("ARRAY")}), "TRUE");
  EXPECT_EQ(Call("IS JSON", {S("{}"), S("OBJECT")}), "TRUE");
  EXPECT_EQ(Call("IS JSON", {S("1"), S("SCALAR")}), "TRUE");
  EXPECT_EQ(Call("IS JSON", {S("x"), S("VALUE")}), "FALSE");
  EXPECT_EQ(Call("IS JSON", {kNull, S("VALUE")}), "FALSE");
}

TEST(JsonTest, Constructors) {
  Cell keep = S("NULL"), drop = S("ABSENT");
  EXPECT_EQ(Call("JSON_OBJECT", {keep}), "{}");
  EXPECT_EQ(Call("JSON_OBJECT", {keep, S("b"), I(1), S("a"), S("x\"y")}), R"({"a":"x\"y","b":1})");
  EXPECT_EQ(Call("JSON_OBJECT", {keep, S("n"), kNull}), R"({"n":null})");
  EXPECT_EQ(Call("JSON_OBJECT", {drop, S("n"), kNull}), "{}");
  EXPECT_EQ(Call("JSON_OBJECT", {keep, S("d"), Decimal("1.50", 3, 2)}), R"({"d":1.50})");
  EXPECT_EQ(Call("JSON_ARRAY", {drop, I(1), B(true), kNull}), "[1,true]");
  EXPECT_TRUE(Call("JSON_ARRAY", {drop, Date("2024-01-01")}).starts_with("error"));
  EXPECT_EQ(Call("JSON_ARRAY", {keep, kNull}), "[null]");
  EXPECT_TRUE(Call("JSON_OBJECT", {keep, kNull, I(1)}).starts_with("error"));
  EXPECT_EQ(Call("JSON_STRING", {TS("2024-01-01 12:00:00.120")}), R"("2024-01-01T12:00:00.12")");
  EXPECT_EQ(Call("JSON_STRING", {D(1e10)}), "1.0E+10");
  EXPECT_EQ(Call("JSON_STRING", {S("a\"b")}), R"("a\"b")");
  DataType row = DataType::Row(
      {{"a", DataType::Int()}, {"m", DataType::Map(DataType::String(), DataType::Int())}});
  using VL = weir::Value::List;
  EXPECT_EQ(Call("JSON_STRING", {{row, VL{1, VL{weir::Value(VL{"k", 2})}}}}),
            R"({"a":1,"m":{"k":2}})");
  EXPECT_EQ(Call("JSON_QUOTE", {S("é\t\"😀")}), R"("\u00e9\t\"\ud83d\ude00")");
  EXPECT_EQ(Call("JSON_UNQUOTE", {S("\"a\\\"\"")}), "a\"");
  EXPECT_EQ(Call("JSON_UNQUOTE", {S("a")}), "a");
}

}  // namespace
}  // namespace weir
