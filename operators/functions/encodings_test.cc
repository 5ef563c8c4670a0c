#include <gtest/gtest.h>

#include "operators/expressions/test_expressions.h"

namespace weir {
namespace {

using namespace testing;  // NOLINT: the short names of cells

struct Case {
  const char* function;
  std::vector<Cell> args;
  std::string expected;
};

TEST(EncodingsTest, All) {
  const char* url = "http://user@host.com:80/path/p?q=1&r=2#frag";
  const Cell null = Null(DataType::String());
  const Case cases[] = {
      {"MD5", {S("abc")}, "900150983cd24fb0d6963f7d28e17f72"},
      {"MD5", {S("")}, "d41d8cd98f00b204e9800998ecf8427e"},
      {"MD5", {null}, "null"},
      {"SHA1", {S("abc")}, "a9993e364706816aba3e25717850c26c9cd0d89d"},
      {"SHA256", {S("abc")}, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"SHA2", {S("abc"), I(224)}, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
      {"SHA2", {S("abc"), I(1)}, "error: SHA2 has no hash of 1 bits: use 224, 256, 384 or 512"},
      {"HEX", {I(255)}, "FF"},
      {"HEX", {I(0)}, "0"},
      {"HEX", {I(-8)}, "FFFFFFFFFFFFFFF8"},
      {"HEX", {L(4294967296)}, "100000000"},
      {"HEX", {S("é")}, "C3A9"},
      {"UNHEX", {S("616263")}, "abc"},
      {"UNHEX", {S("zz")}, "null"},
      {"UNHEX", {S("161")}, std::string("\0a", 2)},
      {"FROM_BASE64", {S("YWI")}, "ab"},
      {"BIN", {I(4)}, "100"},
      {"BIN", {I(0)}, "0"},
      {"BIN", {I(-1)}, "1111111111111111111111111111111111111111111111111111111111111111"},
      {"TO_BASE64", {S("hello")}, "aGVsbG8="},
      {"TO_BASE64", {S("")}, ""},
      {"FROM_BASE64", {S("aGVsbG8=")}, "hello"},
      {"FROM_BASE64", {S("aGVsb")}, "error: FROM_BASE64: 'aGVsb' is no base64"},
      {"FROM_BASE64", {S("YQ=")}, "error: FROM_BASE64: 'YQ=' is no base64"},
      {"FROM_BASE64", {S("%%%%")}, "error: FROM_BASE64: '%%%%' is no base64"},
      {"URL_ENCODE", {S("a b&c=é")}, "a+b%26c%3D%C3%A9"},
      {"URL_DECODE", {S("a+b%26c%3D%C3%A9")}, "a b&c=é"},
      {"URL_DECODE", {S("%zz")}, "null"},
      {"URL_DECODE", {S("a%4")}, "null"},
      {"PARSE_URL", {S(url), S("HOST")}, "host.com"},
      {"PARSE_URL", {S(url), S("PATH")}, "/path/p"},
      {"PARSE_URL", {S(url), S("QUERY")}, "q=1&r=2"},
      {"PARSE_URL", {S(url), S("QUERY"), S("r")}, "2"},
      {"PARSE_URL", {S(url), S("QUERY"), S("x")}, "null"},
      {"PARSE_URL", {S(url), S("REF")}, "frag"},
      {"PARSE_URL", {S(url), S("PROTOCOL")}, "http"},
      {"PARSE_URL", {S(url), S("AUTHORITY")}, "user@host.com:80"},
      {"PARSE_URL", {S(url), S("FILE")}, "/path/p?q=1&r=2"},
      {"PARSE_URL", {S(url), S("USERINFO")}, "user"},
      {"PARSE_URL", {S("nonsense"), S("HOST")}, "null"},
      {"PARSE_URL", {S("mailto:a@b.c"), S("PATH")}, "a@b.c"},
      {"PARSE_URL", {S("gopher://h/"), S("HOST")}, "null"},
      {"PRINTF", {S("%d-%s"), I(5), S("x")}, "5-x"},
      {"PRINTF",
       {S("%05d|%-4s|%.2f|%x%%"), I(42), S("a"), D(3.14159), I(255)},
       "00042|a   |3.14|ff%"},
      {"PRINTF", {S("%d"), S("x")}, "null"},
      {"PRINTF", {S("%,d|%(d|%#x"), I(1234567), I(-5), I(255)}, "1,234,567|(5)|0xff"},
      {"PRINTF", {S("%2$s %1$s %s"), S("a"), S("b")}, "b a a"},
      {"PRINTF", {S("%3$s"), S("a")}, "null"},
      {"PRINTF", {S("%,d %,d"), I(-1000), I(999)}, "-1,000 999"},
      {"PRINTF", {S("%0,12d"), I(1234567)}, "0001,234,567"},
      {"PRINTF", {S("%x"), I(-1)}, "ffffffff"},
      {"PRINTF", {S("%S%c"), S("ab"), I(67)}, "ABC"},
      {"PRINTF", {S("%.2f"), Null(DataType::Double())}, "nu"},
      {"PRINTF", {S("%d")}, "null"},
      {"PRINTF", {S("%q"), I(1)}, "null"},
      {"PRINTF", {S("%s"), null}, "null"},
      {"ELT", {I(2), S("a"), S("b")}, "b"},
      {"ELT", {I(3), S("a"), S("b")}, "null"},
      {"ELT", {Null(DataType::Int()), S("a")}, "null"},
  };
  for (const Case& c : cases) EXPECT_EQ(Call(c.function, c.args), c.expected) << c.function;
  EXPECT_EQ(CallType("SHA512", {S("a")}), "CHAR(128)");
  StatusOr<ExprPtr> type_of =
      BindCall("TYPEOF", {Expr::MakeLiteral(DataType::Char(3).NotNull(), "abc")});
  ASSERT_TRUE(type_of.ok());
  EXPECT_EQ((*type_of)->ToString(), "TYPEOF('abc')");
}

}  // namespace
}  // namespace weir
