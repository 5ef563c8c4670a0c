#include "common/base/log_record.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <iterator>

#include "common/data/utf8.h"

namespace weir {
namespace {

struct LevelName {
  char letter;
  std::string_view word;
};
constexpr LevelName kLevels[] = {{'D', "debug"}, {'I', "info"}, {'W', "warning"}, {'E', "error"}};

const LevelName& NameOf(LogLevel level) { return kLevels[static_cast<size_t>(level)]; }

void AppendTime(Timestamp time, std::string& out) {
  const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds(time)};
  const auto second = std::chrono::floor<std::chrono::seconds>(at);
  fmt::format_to(std::back_inserter(out), "{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                 fmt::gmtime(std::chrono::system_clock::to_time_t(second)), (at - second).count());
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// A message may hold what others wrote: it makes no lines of its own and moves no cursor.
void AppendOneLine(std::string_view text, std::string& out) {
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (IsControl(c) && c != '\t') {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
}

void AppendJsonText(std::string_view text, std::string& out) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = CharacterBytes(text, at);
    const char c = text[at];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (IsControl(c)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    } else if (bytes == 1 && static_cast<unsigned char>(c) >= 0x80) {
      out += "\xEF\xBF\xBD";  // no UTF-8
    } else {
      out += text.substr(at, bytes);
    }
    at += bytes;
  }
  out += '"';
}

}  // namespace

void AppendPlain(const LogRecord& record, std::string& out) {
  AppendTime(record.time, out);
  fmt::format_to(std::back_inserter(out), " {} [{}] {}:{} ", NameOf(record.level).letter,
                 record.thread, record.file, record.line);
  const LogContext& context = record.context;
  if (!context.job.empty()) {
    out += "[job=" + context.job;
    if (context.vertex >= 0) fmt::format_to(std::back_inserter(out), " vertex={}", context.vertex);
    if (context.subtask >= 0) {
      fmt::format_to(std::back_inserter(out), " subtask={}", context.subtask);
    }
    if (context.attempt > 0) {
      fmt::format_to(std::back_inserter(out), " attempt={}", context.attempt);
    }
    out += "] ";
  }
  AppendOneLine(record.message, out);
  out += '\n';
}

void AppendJson(const LogRecord& record, std::string& out) {
  out += "{\"time\":\"";
  AppendTime(record.time, out);
  fmt::format_to(std::back_inserter(out), R"(","level":"{}","thread":{},"file":"{}:{}")",
                 NameOf(record.level).word, record.thread, record.file, record.line);
  const LogContext& context = record.context;
  if (!context.job.empty()) {
    out += ",\"job\":";
    AppendJsonText(context.job, out);
  }
  const auto number = [&out](std::string_view key, int64_t value) {
    fmt::format_to(std::back_inserter(out), R"(,"{}":{})", key, value);
  };
  if (context.vertex >= 0) number("vertex", context.vertex);
  if (context.subtask >= 0) number("subtask", context.subtask);
  if (context.attempt > 0) number("attempt", context.attempt);
  out += ",\"message\":";
  AppendJsonText(record.message, out);
  out += "}\n";
}

}  // namespace weir
