#include <gtest/gtest.h>

#include "operators/expressions/test_expressions.h"

namespace weir {
namespace {

using namespace testing;  // NOLINT: the short names of cells

Cell Bytes(std::string bytes) { return {DataType::Bytes(), std::move(bytes)}; }

struct Case {
  const char* function;
  std::vector<Cell> args;
  std::string expected;
};

TEST(CharsetsTest, EncodeDecodeAndValidity) {
  using namespace std::string_literals;  // NOLINT: zero bytes within
  const Cell null = Null(DataType::String());
  const Case cases[] = {
      {"ENCODE", {S("é"), S("UTF-8")}, "é"},
      {"ENCODE", {S("aé日"), S("us-ascii")}, "a??"},
      {"ENCODE", {S("aé日"), S("ISO-8859-1")}, "a\xe9?"},
      {"ENCODE", {S("a😀"), S("UTF-16BE")}, "\0a\xd8\x3d\xde\x00"s},
      {"ENCODE", {S("a"), S("UTF-16LE")}, "a\0"s},
      {"ENCODE", {S("a"), S("UTF-16")}, "\xfe\xff\0a"s},
      {"ENCODE", {S(""), S("UTF-16")}, ""},
      {"ENCODE", {S("a"), null}, "null"},
      {"ENCODE",
       {S("a"), S("EBCDIC")},
       "error: the character set 'EBCDIC' is not known: use UTF-8, US-ASCII, ISO-8859-1, UTF-16, "
       "UTF-16BE or UTF-16LE"},
      {"DECODE", {Bytes("a"), S("utf-8")}, "a"},
      {"DECODE", {Bytes("a\xff\xe6\x97"), S("UTF-8")}, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {"DECODE", {Bytes("\xe9"), S("ISO-8859-1")}, "é"},
      {"DECODE", {Bytes("a\xe9"), S("US-ASCII")}, "a\xef\xbf\xbd"},
      {"DECODE", {Bytes("\0a\xd8\x3d\xde\x00"s), S("UTF-16BE")}, "a😀"},
      {"DECODE", {Bytes("\xff\xfe\x61\0"s), S("UTF-16")}, "a"},
      {"DECODE", {Bytes("\0a"s), S("UTF-16")}, "a"},
      {"DECODE",
       {Bytes("\xd8\x3d\0a\0"s), S("UTF-16BE")},
       "\xef\xbf\xbd"
       "a\xef\xbf\xbd"},
      {"IS_VALID_UTF8", {Bytes("日")}, "TRUE"},
      {"IS_VALID_UTF8", {Bytes("")}, "TRUE"},
      {"IS_VALID_UTF8", {Bytes("\xc0\x80")}, "FALSE"},
      {"IS_VALID_UTF8", {Bytes("\xed\xa0\x80")}, "FALSE"},
      {"IS_VALID_UTF8", {Bytes("\xf4\x90\x80\x80")}, "FALSE"},
      {"IS_VALID_UTF8", {Null(DataType::Bytes())}, "null"},
      {"MAKE_VALID_UTF8",
       {Bytes("a\xff"
              "b")},
       "a\xef\xbf\xbd"
       "b"},
      {"MAKE_VALID_UTF8", {Bytes("日")}, "日"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Call(c.function, c.args), c.expected) << c.function << " " << c.expected;
  }
}

TEST(CharsetsTest, Addresses) {
  const Case cases[] = {
      {"INET_ATON", {S("127.0.0.1")}, "2130706433"},
      {"INET_ATON", {S("255.255.255.255")}, "4294967295"},
      {"INET_ATON", {S("127.1")}, "2130706433"},
      {"INET_ATON", {S("10.1.9")}, "167837705"},
      {"INET_ATON", {S("010.0.0.008")}, "167772168"},
      {"INET_ATON", {S("5")}, "5"},
      {"INET_ATON", {S("256.0.0.1")}, "null"},
      {"INET_ATON", {S("1.2.3.4.5")}, "null"},
      {"INET_ATON", {S("1..2")}, "null"},
      {"INET_ATON", {S("")}, "null"},
      {"INET_ATON", {S("a.b.c.d")}, "null"},
      {"INET_NTOA", {L(2130706433)}, "127.0.0.1"},
      {"INET_NTOA", {I(0)}, "0.0.0.0"},
      {"INET_NTOA", {L(4294967295)}, "255.255.255.255"},
      {"INET_NTOA", {L(4294967296)}, "null"},
      {"INET_NTOA", {I(-1)}, "null"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Call(c.function, c.args), c.expected) << c.function << " " << c.expected;
  }
}

}  // namespace
}  // namespace weir
