#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/status.h"

// What can be said about a place in SQL text: where it is (SourceSpan), what is wrong there
// (SqlError), and how that looks on a terminal (RenderError). Every stage of sql/ reports errors
// as SqlStatus and SqlResult, which work with ASSIGN_OR_RETURN like Status and StatusOr do.

namespace weir::sql {

// A stretch of the source text. `line` and `column` are 1-based and name its first character;
// columns count characters (code points), `offset` and `length` count bytes.
struct SourceSpan {
  uint32_t offset = 0;
  uint32_t length = 0;
  uint32_t line = 1;
  uint32_t column = 1;

  uint32_t end() const { return offset + length; }
  friend bool operator==(const SourceSpan&, const SourceSpan&) = default;
};

// From the start of `first` to the end of `last`.
SourceSpan Cover(const SourceSpan& first, const SourceSpan& last);

struct SqlError {
  StatusCode code = StatusCode::kInvalidArgument;
  std::string message;
  SourceSpan span;
  std::string hint;  // what to do about it; may be empty
};

class [[nodiscard]] SqlStatus {
 public:
  SqlStatus() = default;
  SqlStatus(SqlError error)  // NOLINT: implicit, as Status to StatusOr
      : error_(std::make_unique<SqlError>(std::move(error))) {}

  bool ok() const { return error_ == nullptr; }
  const SqlError& error() const& { return *error_; }
  SqlError error() && { return std::move(*error_); }

 private:
  std::unique_ptr<SqlError> error_;
};

template <class T>
class [[nodiscard]] SqlResult {
 public:
  using value_type = T;

  SqlResult(SqlStatus status) : status_(std::move(status)) {  // NOLINT: implicit
    CHECK(!status_.ok()) << "a SqlResult made from an ok SqlStatus has no value";
  }
  SqlResult(SqlError error) : status_(std::move(error)) {}  // NOLINT: implicit
  template <class U = T, class = std::enable_if_t<std::is_constructible_v<T, U&&> &&
                                                  !std::is_same_v<std::decay_t<U>, SqlStatus> &&
                                                  !std::is_same_v<std::decay_t<U>, SqlError> &&
                                                  !std::is_same_v<std::decay_t<U>, SqlResult>>>
  SqlResult(U&& value) : value_(std::forward<U>(value)) {}  // NOLINT: implicit

  bool ok() const { return value_.has_value(); }
  const SqlError& error() const { return status_.error(); }
  SqlStatus status() && { return std::move(status_); }

  T& value() & { return Checked(), *value_; }
  const T& value() const& { return Checked(), *value_; }
  T&& value() && { return Checked(), *std::move(value_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  void Checked() const { CHECK(ok()) << "value of a failed SqlResult: " << error().message; }

  std::optional<T> value_;
  SqlStatus status_;
};

// The error as a person reads it, ending in a newline:
//   job.sql:3:8: column `amont` not found
//     SELECT amont FROM orders
//            ^~~~~
//     hint: did you mean `amount`?
// `text` is the text that was parsed; a span beyond its end shows the last line.
std::string RenderError(const SqlError& error, std::string_view text, std::string_view file);

// The candidate closest to `name` by Damerau-Levenshtein distance without regard to case; none
// when even the closest differs in more than a third of its letters.
std::optional<std::string> NearestName(std::string_view name,
                                       const std::vector<std::string>& candidates);

// "did you mean `amount`?", or empty when nothing is near.
std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace weir::sql

// Inside functions that return SqlStatus or SqlResult.
#define SQL_RETURN_IF_ERROR(expression)                                                 \
  do {                                                                                  \
    if (::weir::sql::SqlStatus weir_sql_status_ = (expression); !weir_sql_status_.ok()) \
      return weir_sql_status_;                                                          \
  } while (false)
