#include "common/base/logging.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

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

std::shared_ptr<spdlog::logger> Configure(std::shared_ptr<spdlog::logger> logger) {
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %L [%t] %v");
  logger->flush_on(spdlog::level::info);
  return logger;
}

std::shared_ptr<spdlog::logger>& Logger() {
  static std::shared_ptr<spdlog::logger> logger = [] {
    auto made = Configure(std::make_shared<spdlog::logger>(
        "weir", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
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
  Logger() = Configure(std::make_shared<spdlog::logger>(
      "weir", std::make_shared<spdlog::sinks::basic_file_sink_mt>(path)));
  Logger()->set_level(level);
}

void WriteLog(LogLevel level, std::string_view message) { Logger()->log(ToSpd(level), message); }

}  // namespace weir
