#include "common/base/check.h"

#include <execinfo.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "common/base/crash_handler.h"

namespace weir {

CheckFailure::CheckFailure(const char* file, int line, const char* condition) {
  message_ << "CHECK failed at " << file << ":" << line << ": " << condition << " ";
}

CheckFailure::~CheckFailure() {
  std::fprintf(stderr, "%s\n", message_.str().c_str());
  if (!HasCrashHandler()) {
    void* frames[64];
    backtrace_symbols_fd(frames, backtrace(frames, 64), STDERR_FILENO);
  }
  std::abort();
}

}  // namespace weir
