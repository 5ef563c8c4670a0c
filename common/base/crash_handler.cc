#include "common/base/crash_handler.h"

#include <absl/debugging/symbolize.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <climits>
#include <cstdint>
#include <cstring>

#include "common/base/logging.h"

namespace weir {
namespace {

// A sanitizer has reports of its own for what is not an abort().
#ifdef WEIR_SANITIZED
constexpr std::array kSignals = {SIGABRT};
#else
constexpr std::array kSignals = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
#endif

constexpr size_t kMostFrames = 64;
constexpr unsigned kPatienceSeconds = 10;

// Fixed before anything can happen: the handler may neither allocate nor wait for a lock.
std::array<char, 64> process_name = {};
std::array<char, PATH_MAX> report_path = {};
std::atomic<bool> installed = false;

std::string_view SignalName(int signal) {
  switch (signal) {
    case SIGABRT:
      return "SIGABRT";
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    default:
      return "SIGILL";
  }
}

// Text that is cut where its room ends.
class Line {
 public:
  Line& operator<<(std::string_view text) {
    const size_t size = std::min(text.size(), room_.size() - size_);
    std::memcpy(room_.data() + size_, text.data(), size);
    size_ += size;
    return *this;
  }
  Line& Number(uint64_t value, int base = 10, size_t digits = 1) {
    std::array<char, 24> text;
    const char* end = std::to_chars(text.data(), text.data() + text.size(), value, base).ptr;
    const auto size = static_cast<size_t>(end - text.data());
    for (size_t i = size; i < digits; ++i) *this << "0";
    return *this << std::string_view(text.data(), size);
  }
  Line& Time() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    const std::chrono::sys_seconds seconds{std::chrono::seconds(now.tv_sec)};
    const auto day = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(seconds - day);
    Number(static_cast<uint64_t>(static_cast<int>(date.year())), 10, 4) << "-";
    Number(static_cast<unsigned>(date.month()), 10, 2) << "-";
    Number(static_cast<unsigned>(date.day()), 10, 2) << "T";
    Number(static_cast<uint64_t>(time.hours().count()), 10, 2) << ":";
    Number(static_cast<uint64_t>(time.minutes().count()), 10, 2) << ":";
    Number(static_cast<uint64_t>(time.seconds().count()), 10, 2) << ".";
    return Number(static_cast<uint64_t>(now.tv_nsec / 1'000'000), 10, 3);
  }
  std::string_view text() const { return {room_.data(), size_}; }

 private:
  std::array<char, 2048> room_;
  size_t size_ = 0;
};

void Write(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

class Report {
 public:
  Report() : file_(report_path[0] ? open(report_path.data(), kFlags, 0600) : -1) {}

  void Print(Line& line) {
    line << "\n";
    Write(STDERR_FILENO, line.text());
    if (file_ >= 0) Write(file_, line.text());
  }

 private:
  static constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  const int file_;
};

void PrintHead(int signal, const siginfo_t& info, Report& report) {
  std::array<char, 17> thread = {};
  prctl(PR_GET_NAME, thread.data());
  Line line;
  line.Time() << " F " << process_name.data() << ", pid ";
  line.Number(static_cast<uint64_t>(getpid())) << ", died of " << SignalName(signal);
  if (info.si_code > 0 && signal != SIGABRT) {
    line << " at address 0x";
    line.Number(reinterpret_cast<uintptr_t>(info.si_addr), 16);
  } else if (info.si_code <= 0 && info.si_pid != getpid()) {
    line << " sent by process ";
    line.Number(static_cast<uint64_t>(info.si_pid));
  }
  line << " in thread ";
  line.Number(static_cast<uint64_t>(gettid())) << " (" << thread.data() << ")";
  if (const LogContext* at = FindLogContext(); at != nullptr && !at->job.empty()) {
    line << " at work on job " << at->job;
    if (at->attempt > 0) (line << ", attempt ").Number(static_cast<uint64_t>(at->attempt));
    if (at->vertex >= 0) (line << ", vertex ").Number(static_cast<uint64_t>(at->vertex));
    if (at->subtask >= 0) (line << ", subtask ").Number(static_cast<uint64_t>(at->subtask));
  }
  report.Print(line);
}

// "#3 weir+0x1f2e3d weir::Task::Run()": with the offset `addr2line -Cfie weir 0x1f2e3d` tells the
// line of the source.
void PrintFrame(size_t number, void* frame, bool is_return, Report& report) {
  Line line;
  line << "  #";
  line.Number(number) << " ";
  // A return address may be that of the next function.
  char* const at = static_cast<char*>(frame) - (is_return ? 1 : 0);
  Dl_info module;
  if (dladdr(at, &module) && module.dli_fname) {
    const char* name = std::strrchr(module.dli_fname, '/');
    line << (name ? name + 1 : module.dli_fname) << "+0x";
    line.Number(static_cast<uint64_t>(at - static_cast<char*>(module.dli_fbase)), 16);
  } else {
    line << "0x";
    line.Number(reinterpret_cast<uintptr_t>(at), 16);
  }
  std::array<char, 1024> function;
  if (absl::Symbolize(at, function.data(), function.size())) line << " " << function.data();
  report.Print(line);
}

void OnSignal(int signal, siginfo_t* info, void*) {
  static std::atomic<pid_t> reporting = 0;
  pid_t other = 0;
  if (reporting.compare_exchange_strong(other, gettid())) {
    alarm(kPatienceSeconds);  // a report that hangs must not keep the process alive
    Report report;
    PrintHead(signal, *info, report);
    std::array<void*, kMostFrames> frames;
    const int count = backtrace(frames.data(), frames.size());
    // Without this function and the kernel's frame below it; next is where the signal struck.
    for (int i = 2; i < count; ++i) {
      PrintFrame(static_cast<size_t>(i - 2), frames[static_cast<size_t>(i)], i != 2, report);
    }
  } else if (other != gettid()) {
    while (true) pause();  // one stack is enough, and the process ends with it
  }
  ::signal(signal, SIG_DFL);
  raise(signal);  // when this function returns
}

}  // namespace

void InstallCrashHandler(std::string_view process) {
  process.copy(process_name.data(), process_name.size() - 1);
  absl::InitializeSymbolizer("/proc/self/exe");
  std::array<void*, 1> frame;
  backtrace(frame.data(), frame.size());  // loads what it needs, which a handler could not
  ::signal(SIGALRM, SIG_DFL);
  struct sigaction action {};
  action.sa_sigaction = OnSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int signal : kSignals) sigaction(signal, &action, nullptr);
  installed = true;
}

bool HasCrashHandler() { return installed; }

void WriteCrashReportTo(const std::string& path) {
  if (path.size() < report_path.size()) path.copy(report_path.data(), path.size());
}

}  // namespace weir
