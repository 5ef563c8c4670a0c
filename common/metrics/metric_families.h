#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

// What a process measures, as Prometheus names it: families of samples with labels. A value; built
// anew for each look.
class MetricFamilies {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string>>;
  enum class Type { kCounter, kGauge };
  struct Sample {
    Labels labels;
    double value = 0;
  };
  struct Family {
    std::string_view name, help;
    Type type = Type::kGauge;
    std::vector<Sample> samples;
  };

  // `name`: snake_case with its unit, a counter's ends in _total. Adds the family with its first
  // sample; all samples of a name have the same type and help.
  void Add(std::string_view name, Type type, std::string_view help, double value,
           const Labels& labels = {});
  void Counter(std::string_view name, std::string_view help, double value,
               const Labels& labels = {}) {
    Add(name, Type::kCounter, help, value, labels);
  }
  void Gauge(std::string_view name, std::string_view help, double value,
             const Labels& labels = {}) {
    Add(name, Type::kGauge, help, value, labels);
  }

  const std::vector<Family>& families() const { return families_; }
  // Prometheus' text format, version 0.0.4.
  std::string Text() const;

 private:
  std::vector<Family> families_;
};

// The content type of that text.
inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

// What every process has: memory, time on CPUs, open files, when it began.
void AddProcessFamilies(MetricFamilies& families);

}  // namespace weir
