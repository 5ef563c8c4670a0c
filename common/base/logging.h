#pragma once

#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>

// LOG(kInfo) << "job " << id << " running": one line to standard error (or the configured file),
// with time, level and thread. Safe from any thread.

namespace weir {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Lines below `level` are not formatted at all. Default: kInfo; WEIR_LOG_LEVEL overrides it.
void SetLogLevel(LogLevel level);
bool LogEnabled(LogLevel level);

// From now on lines go to this file instead of standard error. Called once, before threads start.
void LogToFile(const std::string& path);
// The last lines of this process, at most `max_bytes` of them, wherever they go.
std::string ReadLogTail(size_t max_bytes);
void WriteLog(LogLevel level, std::string_view message);

class LogLine {
 public:
  explicit LogLine(LogLevel level) : level_(level) {}
  ~LogLine() { WriteLog(level_, out_.str()); }
  std::ostream& stream() { return out_; }

 private:
  LogLevel level_;
  std::ostringstream out_;
};

struct LogVoidify {
  void operator&(std::ostream&) const {}
};

}  // namespace weir

#define LOG(level)                             \
  !::weir::LogEnabled(::weir::LogLevel::level) \
      ? (void)0                                \
      : ::weir::LogVoidify() & ::weir::LogLine(::weir::LogLevel::level).stream()
