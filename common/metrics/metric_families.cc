#include "common/metrics/metric_families.h"

#include <dirent.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>

#include "common/base/check.h"
#include "common/base/process_usage.h"

namespace weir {
namespace {

void AppendValue(double value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    out += fmt::format("{}", value);
  }
}

// Backslash, quote and newline are escaped; of a help text the quote stays.
void AppendEscaped(std::string_view text, bool quoted, std::string& out) {
  for (char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quoted) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

void AppendSample(std::string_view name, const MetricFamilies::Sample& sample, std::string& out) {
  const MetricFamilies::Labels& labels = sample.labels;
  out += name;
  for (size_t i = 0; i < labels.size(); ++i) {
    out += i == 0 ? '{' : ',';
    out.append(labels[i].first).append("=\"");
    AppendEscaped(labels[i].second, true, out);
    out += '"';
  }
  if (!labels.empty()) out += '}';
  out += ' ';
  AppendValue(sample.value, out);
  out += '\n';
}

int OpenFiles() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  int count = -3;  // ".", "..", and this one
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

// Since 1970; 0 where the kernel does not say.
double StartSeconds() {
  std::string line;
  std::getline(std::ifstream("/proc/self/stat"), line);
  // Behind the name, which may hold anything but ends with the last parenthesis: the 20th, in ticks
  // since the machine's start.
  size_t at = line.rfind(')');
  for (int field = 0; field < 20 && at != std::string::npos; ++field) at = line.find(' ', at + 1);
  double booted = 0;
  std::ifstream machine("/proc/stat");
  for (std::string word; machine >> word;) {
    if (word == "btime" && machine >> booted) break;
  }
  if (at == std::string::npos) return 0;
  return booted +
         std::strtod(line.c_str() + at, nullptr) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

void MetricFamilies::Add(std::string_view name, Type type, std::string_view help, double value,
                         const Labels& labels) {
  Family* family = nullptr;
  for (Family& one : families_) {
    if (one.name == name) family = &one;
  }
  if (family == nullptr) family = &families_.emplace_back(Family{name, help, type, {}});
  CHECK(family->type == type) << name << " is a counter and a gauge";
  family->samples.push_back({labels, value});
}

std::string MetricFamilies::Text() const {
  std::string out;
  for (const Family& family : families_) {
    out.append("# HELP ").append(family.name).append(" ");
    AppendEscaped(family.help, false, out);
    out.append("\n# TYPE ").append(family.name);
    out += family.type == Type::kCounter ? " counter\n" : " gauge\n";
    for (const Sample& sample : family.samples) AppendSample(family.name, sample, out);
  }
  return out;
}

void AddProcessFamilies(MetricFamilies& families) {
  const ProcessUsage usage = ReadProcessUsage();
  families.Counter("process_cpu_seconds_total", "Time on CPUs, user and system.",
                   usage.cpu_seconds);
  families.Gauge("process_resident_memory_bytes", "Resident memory.",
                 static_cast<double>(usage.resident_bytes));
  families.Gauge("process_start_time_seconds", "When the process began, since 1970.",
                 StartSeconds());
  families.Gauge("process_open_fds", "Open file descriptors.", OpenFiles());
}

}  // namespace weir
