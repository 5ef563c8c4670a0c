#include "common/base/logging.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <vector>

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

// The last lines stay in memory, for whoever asks over the network (ReadLogTail).
constexpr size_t kLinesKept = 4000;

const std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt>& Ring() {
  static const auto ring = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(kLinesKept);
  return ring;
}

std::shared_ptr<spdlog::logger> Configure(spdlog::sink_ptr sink) {
  auto logger = std::make_shared<spdlog::logger>("weir", spdlog::sinks_init_list{sink, Ring()});
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

std::string ReadLogTail(size_t max_bytes) {
  const std::vector<std::string> lines = Ring()->last_formatted();
  size_t first = lines.size();
  size_t bytes = 0;
  while (first > 0 && bytes + lines[first - 1].size() <= max_bytes) bytes += lines[--first].size();
  std::string text;
  text.reserve(bytes);
  for (; first < lines.size(); ++first) text += lines[first];
  return text;
}

void WriteLog(LogLevel level, std::string_view message) { Logger()->log(ToSpd(level), message); }

}  // namespace weir
