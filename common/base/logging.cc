#include "common/base/logging.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <deque>
#include <mutex>

namespace weir {
namespace {

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

// The last lines, for whoever asks over the network: bounded by their bytes, however long a line
// is.
class RecentLines final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  std::string Tail(size_t max_bytes) {
    std::lock_guard lock(mutex_);
    size_t first = lines_.size();
    size_t bytes = 0;
    while (first > 0 && bytes + lines_[first - 1].size() <= max_bytes) {
      bytes += lines_[--first].size();
    }
    std::string text;
    text.reserve(bytes);
    for (; first < lines_.size(); ++first) text += lines_[first];
    return text;
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    lines_.emplace_back(line.data(), line.size());
    bytes_ += line.size();
    while (bytes_ > kMostBytes) {
      bytes_ -= lines_.front().size();
      lines_.pop_front();
    }
  }
  void flush_() override {}

 private:
  static constexpr size_t kMostBytes = 512 << 10;
  std::deque<std::string> lines_;
  size_t bytes_ = 0;
};

const std::shared_ptr<RecentLines>& Recent() {
  static const auto recent = std::make_shared<RecentLines>();
  return recent;
}

std::shared_ptr<spdlog::logger> Configure(spdlog::sink_ptr sink) {
  auto logger = std::make_shared<spdlog::logger>("weir", spdlog::sinks_init_list{sink, Recent()});
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %L [%t] %v");
  logger->flush_on(spdlog::level::info);
  return logger;
}

std::shared_ptr<spdlog::logger>& Logger() {
  static std::shared_ptr<spdlog::logger> logger = [] {
    auto made = Configure(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    const char* level = std::getenv("WEIR_LOG_LEVEL");
    made->set_level(level ? spdlog::level::from_str(level) : spdlog::level::info);
    return made;
  }();
  return logger;
}

}  // namespace

void SetLogLevel(LogLevel level) { Logger()->set_level(ToSpd(level)); }

bool LogEnabled(LogLevel level) { return Logger()->should_log(ToSpd(level)); }

void LogToFile(const std::string& path) {
  auto level = Logger()->level();
  Logger() = Configure(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path));
  Logger()->set_level(level);
}

std::string ReadLogTail(size_t max_bytes) { return Recent()->Tail(max_bytes); }

void WriteLog(LogLevel level, std::string_view message) { Logger()->log(ToSpd(level), message); }

}  // namespace weir
