#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/secrets.h"
#include "common/base/status.h"
#include "common/base/time.h"

namespace weir {

// "5 s", "1 min", "100ms", "2 h", "1 d"; a bare number is milliseconds. Flink's units and names.
StatusOr<Duration> ParseDuration(std::string_view text);
// "64 kb", "1 mb", "2g"; a bare number is bytes. Units are powers of 1024.
StatusOr<int64_t> ParseMemorySize(std::string_view text);
StatusOr<int64_t> ParseInteger(std::string_view text);
StatusOr<double> ParseReal(std::string_view text);
// "true" or "false" in any case.
StatusOr<bool> ParseBool(std::string_view text);

// Typed reads from a map of texts. Each read declares the key: Finish() refuses what nobody read
// with the nearest declared name. The first error is kept and returned by Finish(); a read that
// failed returns its default, so that reading code needs no branches.
class OptionReader {
 public:
  // `subject` begins every message: "table `orders`". Borrows `options`.
  OptionReader(std::string subject, const std::map<std::string, std::string>& options)
      : subject_(std::move(subject)), options_(options) {}

  bool Has(std::string_view key);  // declares it, too
  std::optional<std::string> String(std::string_view key);
  std::string String(std::string_view key, std::string_view fallback);
  // Missing is an error that names all required keys that are missing, not only the first.
  std::string Required(std::string_view key);
  int64_t Integer(std::string_view key, int64_t fallback, int64_t least = INT64_MIN,
                  int64_t most = INT64_MAX);
  std::optional<int64_t> Integer(std::string_view key);
  double Real(std::string_view key, double fallback);
  bool Bool(std::string_view key, bool fallback);
  weir::Duration Duration(std::string_view key, weir::Duration fallback);
  std::optional<weir::Duration> Duration(std::string_view key);
  int64_t MemorySize(std::string_view key, int64_t fallback);
  // One of `allowed` (compared without case; returned as written there).
  std::string OneOf(std::string_view key, std::string_view fallback,
                    std::initializer_list<std::string_view> allowed);
  // Separated by ';' (Flink's lists), each trimmed, empty ones left out.
  std::vector<std::string> List(std::string_view key);
  // Every key that begins with `prefix` ("properties."), without it.
  std::map<std::string, std::string> WithPrefix(std::string_view prefix);
  // Declares keys that someone else reads.
  void Accept(std::string_view key);

  // "table `orders`: option 'scan.x' = 'y' <reason>"; secrets without their value. Kept as the
  // first error if there is none yet.
  void Fail(std::string_view key, std::string_view reason);
  void FailWith(Status status);

  const Status& first_error() const { return error_; }
  // The first error, the missing keys, or the keys that nobody read.
  Status Finish();

 private:
  const std::string* Find(std::string_view key);

  std::string subject_;
  const std::map<std::string, std::string>& options_;
  std::set<std::string, std::less<>> declared_;
  std::vector<std::string> prefixes_;
  std::vector<std::string> missing_;
  Status error_;
};

}  // namespace weir
