#pragma once

#include <sstream>

// CHECK(condition) << "what was wrong": a broken invariant stops the process with a message and a
// stack, in release builds too; the cluster is made to survive that.

namespace weir {

class CheckFailure {
 public:
  CheckFailure(const char* file, int line, const char* condition);
  [[noreturn]] ~CheckFailure();  // prints and aborts
  std::ostream& stream() { return message_; }

 private:
  std::ostringstream message_;
};

// Turns `stream << a << b` into void, so that CHECK is one expression.
struct CheckVoidify {
  void operator&(std::ostream&) const {}
};

}  // namespace weir

#define CHECK(condition)                            \
  __builtin_expect(static_cast<bool>(condition), 1) \
      ? (void)0                                     \
      : ::weir::CheckVoidify() & ::weir::CheckFailure(__FILE__, __LINE__, #condition).stream()
#define CHECK_EQ(a, b) CHECK((a) == (b))
#define CHECK_NE(a, b) CHECK((a) != (b))
#define CHECK_LT(a, b) CHECK((a) < (b))
#define CHECK_LE(a, b) CHECK((a) <= (b))
#define CHECK_GT(a, b) CHECK((a) > (b))
#define CHECK_GE(a, b) CHECK((a) >= (b))
