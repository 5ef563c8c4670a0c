#pragma once

// How tightly the operators bind: Flink's (Calcite's) figures; a higher one binds tighter. Shared
// by the parser and the unparser.

namespace weir::sql {

inline constexpr int kOrPrecedence = 22;
inline constexpr int kAndPrecedence = 24;
inline constexpr int kNotPrecedence = 26;
inline constexpr int kIsPrecedence = 28;
inline constexpr int kComparisonPrecedence = 30;
inline constexpr int kRangePrecedence = 32;  // IN, BETWEEN, LIKE
inline constexpr int kAdditivePrecedence = 40;
inline constexpr int kMultiplicativePrecedence = 60;
inline constexpr int kSignPrecedence = 80;
inline constexpr int kPrimaryPrecedence = 100;

}  // namespace weir::sql
