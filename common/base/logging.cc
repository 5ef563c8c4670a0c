#include "common/base/logging.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "common/base/log_limiter.h"
#include "common/base/secrets.h"

namespace weir {
namespace {

constexpr size_t kLinesKept = 4000;
constexpr size_t kBytesKept = 2 << 20;  // of their messages, however long a line is

spdlog::level::level_enum ToSpd(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::shared_ptr<spdlog::logger> Configure(spdlog::sink_ptr sink) {
  auto logger = std::make_shared<spdlog::logger>("weir", std::move(sink));
  logger->set_pattern("%v");  // a line comes formatted
  logger->flush_on(spdlog::level::debug);
  return logger;
}

int64_t ThreadId() {
  thread_local const int64_t id = syscall(SYS_gettid);
  return id;
}

thread_local const LogContext* current_context = nullptr;

// Where a line was written, and what it was about.
struct Place {
  LogLevel level = LogLevel::kInfo;
  std::string_view file;
  int line = 0;
  LogContext context;
};

// The same for lines of one place about one vertex of a job: what counts as more of the same.
uint64_t KindOf(std::string_view file, int line, const LogContext& context) {
  const std::hash<std::string_view> hash;
  return hash(file) * 31 + hash(context.job) * 17 + static_cast<uint64_t>(line) * 65599 +
         static_cast<uint64_t>(context.vertex);
}

// The log of the process. It is never destroyed: threads may write until the end.
class Log {
 public:
  static Log& Get() {
    static Log* const log = new Log;
    return *log;
  }

  void SetLevel(LogLevel level) { logger_->set_level(ToSpd(level)); }
  bool Enabled(LogLevel level) const { return logger_->should_log(ToSpd(level)); }
  void SetFormat(LogFormat format) { format_ = format; }
  LogFormat format() const { return format_; }

  bool Admit(LogLevel level, std::string_view file, int line, const LogContext& context) {
    const uint64_t kind = KindOf(file, line, context);
    std::lock_guard lock(mutex_);
    const LogLimiter::Verdict verdict = limiter_.Admit(kind, Clock::Real().SteadyNow());
    if (verdict.suppressed > 0) {
      silenced_.erase(kind);
      WriteCount({level, file, line, context}, verdict.suppressed);
    }
    if (!verdict.print && !silenced_.contains(kind)) {
      silenced_.emplace(kind, Place{level, file, line, context});
      EnsureTeller();
    }
    return verdict.print;
  }

  void Write(Place place, std::string message) {
    std::lock_guard lock(mutex_);
    WriteRecord(std::move(place), WithoutSecrets(std::move(message)));
  }

  LogSlice Read(const LogQuery& query) const {
    std::lock_guard lock(mutex_);
    LogSlice slice{.next = last_id_};
    // Not from before this process, nor from one whose clock was ahead.
    const int64_t after = query.after > last_id_ ? 0 : query.after;
    if (after > 0) slice.lost = std::max<int64_t>(0, dropped_id_ - std::max(after, first_id_));
    int64_t read = after;
    std::deque<std::string> lines;
    size_t bytes = 0;
    for (const LogRecord& record : records_) {
      if (record.id <= after) continue;
      if (!query.job.empty() && record.context.job != query.job) continue;
      std::string line;
      query.format == LogFormat::kJson ? AppendJson(record, line) : AppendPlain(record, line);
      bytes += line.size();
      const bool full = lines.size() >= query.max_lines || bytes > query.max_bytes;
      if (after > 0 && full && !lines.empty()) {
        slice.next = read;
        break;
      }
      read = record.id;
      lines.push_back(std::move(line));
      while (after == 0 && !lines.empty() &&
             (bytes > query.max_bytes || lines.size() > query.max_lines)) {
        bytes -= lines.front().size();
        lines.pop_front();
      }
    }
    for (const std::string& line : lines) slice.text += line;
    return slice;
  }

 private:
  Log() : logger_(Configure(std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
    const char* level = std::getenv("WEIR_LOG_LEVEL");
    logger_->set_level(level ? spdlog::level::from_str(level) : spdlog::level::info);
    last_id_ = std::chrono::duration_cast<std::chrono::microseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
                   .count();
    first_id_ = dropped_id_ = last_id_;
    std::atexit([] { Get().TellSuppressed(true); });
  }

  // All under mutex_.
  void WriteRecord(Place place, std::string message) {
    LogRecord record{.id = ++last_id_,
                     .time = Clock::Real().WallNow(),
                     .level = place.level,
                     .file = place.file,
                     .line = place.line,
                     .thread = ThreadId(),
                     .context = std::move(place.context),
                     .message = std::move(message)};
    std::string line;
    format_ == LogFormat::kJson ? AppendJson(record, line) : AppendPlain(record, line);
    line.pop_back();  // the sink ends it
    logger_->log(ToSpd(record.level), std::string_view(line));
    kept_bytes_ += record.message.size();
    records_.push_back(std::move(record));
    while (records_.size() > kLinesKept || kept_bytes_ > kBytesKept) {
      dropped_id_ = records_.front().id;
      kept_bytes_ -= records_.front().message.size();
      records_.pop_front();
    }
  }

  void WriteCount(Place place, int64_t count) {
    WriteRecord(std::move(place), "(" + std::to_string(count) + " more like it suppressed)");
  }

  void EnsureTeller() {
    if (teller_begun_) return wake_teller_.notify_one();
    teller_begun_ = true;
    std::thread([this] { TellForEver(); }).detach();
  }

  // Of its own thread, which is there from the first line on that was suppressed.
  void TellForEver() {
    while (true) {
      {
        std::unique_lock lock(mutex_);
        wake_teller_.wait(lock, [this] { return !silenced_.empty(); });
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(LogLimiter::kPauseMs));
      TellSuppressed(false);
    }
  }

  void TellSuppressed(bool all) {
    std::lock_guard lock(mutex_);
    for (const LogLimiter::Suppressed& one : limiter_.LetGo(Clock::Real().SteadyNow(), all)) {
      auto place = silenced_.extract(one.kind);
      if (!place.empty()) WriteCount(std::move(place.mapped()), one.count);
    }
  }

  const std::shared_ptr<spdlog::logger> logger_;
  std::atomic<LogFormat> format_ = LogFormat::kPlain;

  mutable std::mutex mutex_;
  int64_t first_id_ = 0;    // before the first line
  int64_t last_id_ = 0;     // of the last line
  int64_t dropped_id_ = 0;  // ... and of the last one that is kept no longer
  std::deque<LogRecord> records_;
  size_t kept_bytes_ = 0;
  LogLimiter limiter_;
  std::map<uint64_t, Place> silenced_;  // whose lines are suppressed, by kind
  bool teller_begun_ = false;
  std::condition_variable wake_teller_;
};

}  // namespace

void SetLogLevel(LogLevel level) { Log::Get().SetLevel(level); }
bool LogEnabled(LogLevel level) { return Log::Get().Enabled(level); }
void SetLogFormat(LogFormat format) { Log::Get().SetFormat(format); }
LogFormat CurrentLogFormat() { return Log::Get().format(); }

LogScope::LogScope(LogContext context)
    : own_(std::move(context)), outer_(std::exchange(current_context, &own_)) {}
LogScope::LogScope(const LogContext* context) : outer_(std::exchange(current_context, context)) {}
LogScope::~LogScope() { current_context = outer_; }

const LogContext& CurrentLogContext() {
  static const LogContext nothing;
  return current_context != nullptr ? *current_context : nothing;
}

const LogContext* FindLogContext() { return current_context; }

LogSlice ReadLog(const LogQuery& query) { return Log::Get().Read(query); }

bool AdmitLog(LogLevel level, std::string_view file, int line) {
  if (!LogEnabled(level)) return false;
  // What happens to jobs and processes is told each time; what may repeat is a warning.
  if (level < LogLevel::kWarning) return true;
  return Log::Get().Admit(level, file, line, CurrentLogContext());
}

void WriteLog(LogLevel level, std::string_view file, int line, std::string message) {
  Log::Get().Write({level, file, line, CurrentLogContext()}, std::move(message));
}

}  // namespace weir
