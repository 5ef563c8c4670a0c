#pragma once

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "common/base/log_record.h"

// LOG(kInfo) << "job " << name << " runs": one line to standard error (or the configured file),
// with time, level, place and what it is about (LogScope). Safe from any thread.
//
// Warnings and errors of one place about one task are limited (log_limiter.h): those beyond the
// limit are counted, and the count is told. Secrets are taken out of every message (secrets.h).

namespace weir {

enum class LogFormat { kPlain, kJson };

// Lines below `level` are not formatted at all. Default: kInfo; WEIR_LOG_LEVEL overrides it.
void SetLogLevel(LogLevel level);
bool LogEnabled(LogLevel level);
// Of the lines from now on. Default: kPlain.
void SetLogFormat(LogFormat format);

// What the lines of this thread are about while this lives. Nests.
class LogScope {
 public:
  explicit LogScope(LogContext context);
  // Borrows: for those who enter it a thousand times a second.
  explicit LogScope(const LogContext* context);
  LogScope(const LogScope&) = delete;
  ~LogScope();

 private:
  const LogContext own_;
  const LogContext* const outer_;
};
// For work that goes on in another thread.
const LogContext& CurrentLogContext();
// Null: about nothing in particular. Safe in a signal's handler.
const LogContext* FindLogContext();

// The last lines of this process stay in memory, wherever they go.
struct LogQuery {
  LogFormat format = LogFormat::kPlain;
  std::string job;    // only lines about this job; empty: all
  int64_t after = 0;  // only lines behind the one with this id
  size_t max_lines = SIZE_MAX;
  size_t max_bytes = SIZE_MAX;
};
struct LogSlice {
  std::string text;
  int64_t next = 0;  // where to go on: `after` of the next query
  int64_t lost = 0;  // lines behind `after` that are kept no longer
};
// The last lines that the query allows; with `after`, the first ones behind it.
LogSlice ReadLog(const LogQuery& query);
// The format of this process.
LogFormat CurrentLogFormat();

// For LOG. Whether a line from here is to be written; else it is counted.
bool AdmitLog(LogLevel level, std::string_view file, int line);
void WriteLog(LogLevel level, std::string_view file, int line, std::string message);

// Of a source file: from the project's root on, where the compiler was told of it; else the last
// two parts.
constexpr std::string_view ShortPath(std::string_view path) {
  if (path.starts_with("./")) return path.substr(2);
  const size_t name = path.rfind('/');
  const size_t folder = name == path.npos ? path.npos : path.rfind('/', name - 1);
  return folder == path.npos ? path : path.substr(folder + 1);
}

class LogLine {
 public:
  LogLine(LogLevel level, std::string_view file, int line)
      : level_(level), file_(file), line_(line) {}
  ~LogLine() { WriteLog(level_, file_, line_, out_.str()); }
  std::ostream& stream() { return out_; }

 private:
  const LogLevel level_;
  const std::string_view file_;
  const int line_;
  std::ostringstream out_;
};

struct LogVoidify {
  void operator&(std::ostream&) const {}
};

}  // namespace weir

#define LOG(level)                                                                          \
  !::weir::AdmitLog(::weir::LogLevel::level, ::weir::ShortPath(__FILE__), __LINE__)         \
      ? (void)0                                                                             \
      : ::weir::LogVoidify() &                                                              \
            ::weir::LogLine(::weir::LogLevel::level, ::weir::ShortPath(__FILE__), __LINE__) \
                .stream()
