#include <gtest/gtest.h>

#include "operators/expressions/test_expressions.h"

namespace weir {
namespace {

using namespace testing;  // NOLINT: the short names of cells

Cell Flt(double v) { return {DataType::Float(), v}; }
Cell Tiny(int v) { return {DataType::TinyInt(), v}; }

struct Case {
  const char* function;
  std::vector<Cell> args;
  const char* expected;
  const char* type;
};

TEST(MathematicsTest, Values) {
  const Case cases[] = {
      {"ABS", {I(-5)}, "5", "INT"},
      {"ABS", {Tiny(-128)}, "-128", "TINYINT"},
      {"ABS", {Decimal("-1.5", 2, 1)}, "1.5", "DECIMAL(2, 1)"},
      {"ABS", {D(-1.5)}, "1.5", "DOUBLE"},
      {"SIGN", {I(-3)}, "-1", "INT"},
      {"SIGN", {Decimal("-2.5", 2, 1)}, "-1.0", "DECIMAL(2, 1)"},
      {"SIGN", {D(0)}, "0.0", "DOUBLE"},
      {"FLOOR", {Decimal("-1.5", 2, 1)}, "-2", "DECIMAL(2, 0)"},
      {"CEIL", {Decimal("-1.2", 2, 1)}, "-1", "DECIMAL(2, 0)"},
      {"CEIL", {Decimal("1.2", 2, 1)}, "2", "DECIMAL(2, 0)"},
      {"FLOOR", {D(-0.5)}, "-1.0", "DOUBLE"},
      {"CEILING", {Flt(1.5)}, "2.0", "FLOAT"},
      {"FLOOR", {I(5)}, "5", "INT"},
      {"ROUND", {Decimal("2.5", 2, 1)}, "3", "DECIMAL(2, 0)"},
      {"ROUND", {Decimal("-2.5", 2, 1)}, "-3", "DECIMAL(2, 0)"},
      {"ROUND", {D(2.5)}, "3.0", "DOUBLE"},
      {"ROUND", {D(-2.5)}, "-3.0", "DOUBLE"},
      {"ROUND", {D(1.005), I(2)}, "1.01", "DOUBLE"},
      {"ROUND", {D(123.456), I(-1)}, "120.0", "DOUBLE"},
      {"ROUND", {D(1e300), I(2)}, "1.0E300", "DOUBLE"},
      {"ROUND", {Decimal("3.14159", 6, 5), I(2)}, "3.14", "DECIMAL(4, 2)"},
      {"ROUND", {Decimal("99.99", 4, 2), I(1)}, "100.0", "DECIMAL(4, 1)"},
      {"ROUND", {Decimal("1.5", 2, 1), I(5)}, "1.5", "DECIMAL(2, 1)"},
      {"ROUND", {Decimal("15.25", 10, 2), I(-1)}, "20", "DECIMAL(9, 0)"},
      {"ROUND", {I(1250), I(-2)}, "1300", "INT"},
      {"ROUND", {I(-7), I(-1)}, "-10", "INT"},
      {"ROUND", {I(5), I(-50)}, "0", "INT"},
      {"ROUND", {Null(DataType::Double())}, "null", "DOUBLE"},
      {"TRUNCATE", {Decimal("3.789", 4, 3), I(1)}, "3.7", "DECIMAL(3, 1)"},
      {"TRUNCATE", {Decimal("-3.789", 4, 3), I(1)}, "-3.7", "DECIMAL(3, 1)"},
      {"TRUNCATE", {Decimal("42.324", 5, 3)}, "42", "DECIMAL(3, 0)"},
      {"TRUNCATE", {I(123456), I(-2)}, "123400", "INT"},
      {"TRUNCATE", {D(3.789), I(2)}, "3.78", "DOUBLE"},
      {"TRUNCATE", {D(-3.789), I(0)}, "-3.0", "DOUBLE"},
      {"POWER", {I(2), Decimal("0.5", 1, 1)}, "1.4142135623730951", "DOUBLE"},
      {"SQRT", {I(16)}, "4.0", "DOUBLE"},
      {"SQRT", {I(-1)}, "NaN", "DOUBLE"},
      {"LN", {I(0)}, "-Infinity", "DOUBLE"},
      {"LOG", {I(2), I(8)}, "3.0", "DOUBLE"},
      {"LOG", {I(8)}, "2.0794415416798357", "DOUBLE"},
      {"LOG2", {I(8)}, "3.0", "DOUBLE"},
      {"LOG2", {I(3)}, "1.5849625007211563", "DOUBLE"},
      {"LOG10", {I(100)}, "2.0", "DOUBLE"},
      {"EXP", {I(1)}, "2.718281828459045", "DOUBLE"},
      {"SIN", {I(0)}, "0.0", "DOUBLE"},
      {"COT", {I(1)}, "0.6420926159343306", "DOUBLE"},
      {"ATAN2", {I(1), I(2)}, "0.4636476090008061", "DOUBLE"},
      {"DEGREES", {D(3.141592653589793)}, "180.0", "DOUBLE"},
      {"PI", {}, "3.141592653589793", "DOUBLE NOT NULL"},
      {"E", {}, "2.718281828459045", "DOUBLE NOT NULL"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Call(c.function, c.args), c.expected) << c.function;
    EXPECT_EQ(CallType(c.function, c.args), c.type) << c.function;
  }
}

TEST(MathematicsTest, Random) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_LT(std::stod(Call("RAND", {})), 1);
    EXPECT_LT(std::stoi(Call("RAND_INTEGER", {I(1)})), 1);
  }
  EXPECT_EQ(Call("RAND_INTEGER", {I(0)}), "error: the bound of RAND_INTEGER must be positive");
  std::string uuid = Call("UUID", {});
  ASSERT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(uuid, Call("UUID", {}));
}

TEST(MathematicsTest, Refuses) {
  EXPECT_EQ(Call("ABS", {S("1")}), "error: Cannot apply 'ABS' to (STRING): expected ABS(number)");
  EXPECT_TRUE(Call("ROUND", {S("1")}).starts_with("error"));
  EXPECT_TRUE(Call("SQRT", {B(true)}).starts_with("error"));
}

}  // namespace
}  // namespace weir
