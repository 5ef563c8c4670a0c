#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/time.h"

namespace weir {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// What a line is about, as far as it is about a task or a job.
struct LogContext {
  std::string job;  // its id; empty: it is about none
  int32_t vertex = -1;
  int32_t subtask = -1;
  int64_t attempt = 0;  // of the job's execution; 0: of none

  friend bool operator==(const LogContext&, const LogContext&) = default;
};

struct LogRecord {
  // Grows from line to line of a process, also over its restarts: it begins with the wall clock in
  // microseconds.
  int64_t id = 0;
  Timestamp time = 0;
  LogLevel level = LogLevel::kInfo;
  std::string_view file;  // "postgres/postgres_session.cc"
  int line = 0;
  int64_t thread = 0;
  LogContext context;
  std::string message;
};

// 2026-11-30T08:30:00.123Z W [17] postgres/postgres_session.cc:20 [job=3f9a vertex=1 subtask=0
// attempt=2] message
// One line, whatever is in the message, in UTC; with its end.
void AppendPlain(const LogRecord& record, std::string& out);
// The same as an object: {"time":"...","level":"warning","thread":17,"file":"...","job":"3f9a",
// "vertex":1,"subtask":0,"attempt":2,"message":"..."}; what a line is not about is left out.
void AppendJson(const LogRecord& record, std::string& out);

}  // namespace weir
