#pragma once

#include <string>
#include <string_view>

namespace weir {

// From now on a process that a mistake of its own ends (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
// which a failed CHECK raises) says so on standard error: one line with the signal, the time, the
// process, the thread and what it was at (LogScope), then the thread's stack with names of
// functions. Then the signal has its usual effect, a core dump included. `process`: what it calls
// itself. Called once, before threads start.
void InstallCrashHandler(std::string_view process);

// Whether a failed CHECK need not print the stack itself.
bool HasCrashHandler();

// The same report also goes to a new file of this name.
void WriteCrashReportTo(const std::string& path);

}  // namespace weir
