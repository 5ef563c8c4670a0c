#pragma once

#include <string>
#include <string_view>

namespace weir {

// From now on a process that a mistake of its own ends (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
// which a failed CHECK raises) says so on standard error: one line with the signal, the time, the
// process, the thread and what it was at, then the thread's stack with names of functions. Then the
// signal has its usual effect, a core dump included. `process`: what it calls itself. Called once,
// before threads start.
void InstallCrashHandler(std::string_view process);

// Whether a failed CHECK need not print the stack itself.
bool HasCrashHandler();

// The same report also goes to a new file of this name.
void WriteCrashReportTo(const std::string& path);

// What the calling thread works on while this lives, for the report. The text outlives it and ends
// with a zero; one is for another, inside it, to interrupt. Costs two stores.
class CrashContext {
 public:
  explicit CrashContext(const char* text) : before_(current_) { current_ = text; }
  ~CrashContext() { current_ = before_; }
  CrashContext(const CrashContext&) = delete;
  CrashContext& operator=(const CrashContext&) = delete;

  static const char* current() { return current_; }

 private:
  static inline thread_local constinit const char* current_ = nullptr;
  const char* const before_;
};

}  // namespace weir
