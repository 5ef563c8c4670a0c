#include "common/base/crash_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "common/base/check.h"
#include "common/base/logging.h"

namespace weir {

// With external linkage: its name has to be found in the stack.
[[gnu::noinline]] void FailOnPurpose(int how) {
  if (how == 0) {
    CHECK(how != 0) << "on purpose";
  } else {
    raise(how);
  }
  asm volatile("");  // not a jump: this function is in the stack
}

namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::KilledBySignal;
using ::testing::Not;

#ifdef WEIR_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

void Crash(int how, const std::string& report = "") {
  InstallCrashHandler("test process");
  if (!report.empty()) WriteCrashReportTo(report);
  std::thread([how] {
    pthread_setname_np(pthread_self(), "crasher");
    const LogScope outer({.job = "3f9a", .vertex = 1, .subtask = 2, .attempt = 7});
    { const LogScope inner(LogContext{.job = "other"}); }
    FailOnPurpose(how);
  }).join();
}

TEST(CrashHandlerDeathTest, AFailedCheckSaysWhereAndAtWhat) {
  EXPECT_EXIT(
      Crash(0), KilledBySignal(SIGABRT),
      AllOf(HasSubstr("CHECK failed at"), HasSubstr("how != 0 on purpose"),
            ContainsRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12} F test process, pid [0-9]+, died "
                          "of SIGABRT in thread [0-9]+ \\(crasher\\) at work on job 3f9a, attempt "
                          "7, vertex 1, subtask 2\n"),
            ContainsRegex("#[0-9]+ common_test\\+0x[0-9a-f]+ weir::FailOnPurpose\\(\\)")));
}

TEST(CrashHandlerDeathTest, SignalsThatSanitizersTakeElse) {
  if (kSanitized) GTEST_SKIP() << "the sanitizer reports them";
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    EXPECT_EXIT(Crash(signal), KilledBySignal(signal),
                AllOf(ContainsRegex("died of SIG[A-Z]+ in thread"), HasSubstr("FailOnPurpose"),
                      Not(HasSubstr("CHECK"))));
  }
}

TEST(CrashHandlerDeathTest, TheReportIsAlsoInAFile) {
  const std::string path = ::testing::TempDir() + "crash-report-" + std::to_string(getpid());
  EXPECT_EXIT(Crash(0, path), KilledBySignal(SIGABRT), "died of SIGABRT");
  std::ifstream file(path);
  const std::string report(std::istreambuf_iterator<char>(file), {});
  EXPECT_THAT(report, AllOf(HasSubstr("died of SIGABRT"), HasSubstr("weir::FailOnPurpose()")));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace weir
