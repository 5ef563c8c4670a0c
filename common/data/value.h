#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/data/data_type.h"

namespace weir {

// One cell on its own: a literal, a default, an expectation of a test. Its meaning comes from the
// DataType that goes with it:
//   null                          std::monostate
//   BOOLEAN                       bool
//   integers, DATE, TIME, TIMESTAMP*, INTERVAL*   int64_t (units as in PhysicalType)
//   FLOAT, DOUBLE                 double
//   DECIMAL                       Int128, unscaled
//   CHAR, VARCHAR, BINARY, ...    std::string
//   ARRAY, ROW                    list of cells
//   MAP, MULTISET                 list of two-element lists (key, value or count)
// A list of one list is written List{Value(List{...})}: of List{List{...}} g++ makes a list of a
// list and clang a copy of the inner one.
struct Value {
  using List = std::vector<Value>;
  std::variant<std::monostate, bool, int64_t, double, Int128, std::string, List> v;

  Value() = default;
  Value(bool b) : v(b) {}                      // NOLINT: implicit, so that literals read well
  Value(int n) : v(int64_t{n}) {}              // NOLINT
  Value(int64_t n) : v(n) {}                   // NOLINT
  Value(double d) : v(d) {}                    // NOLINT
  Value(Int128 d) : v(d) {}                    // NOLINT
  Value(const char* s) : v(std::string(s)) {}  // NOLINT
  Value(std::string s) : v(std::move(s)) {}    // NOLINT
  Value(List list) : v(std::move(list)) {}     // NOLINT

  bool is_null() const { return std::holds_alternative<std::monostate>(v); }
  bool boolean() const { return std::get<bool>(v); }
  int64_t integer() const { return std::get<int64_t>(v); }
  double real() const { return std::get<double>(v); }
  Int128 decimal() const { return std::get<Int128>(v); }
  const std::string& string() const { return std::get<std::string>(v); }
  const List& list() const { return std::get<List>(v); }

  friend bool operator==(const Value&, const Value&) = default;
};

}  // namespace weir
