#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/metrics/metric_families.h"

// The same metrics as Prometheus reads, pushed to an agent of Datadog by UDP (DogStatsD).

namespace weir {

// Turns what is measured into datagrams: lines like `weir_task_records_in_total:17|c|#job_id:3f9a`.
// A counter goes as what has been added since the last time; one that has fallen began anew at 0.
// Pure.
class DogStatsDEncoder {
 public:
  // What an Ethernet frame carries without being cut, less the headers of IPv6 and UDP.
  static constexpr size_t kMostBytes = 1432;

  // `tags` go with every metric, before the labels of its own.
  explicit DogStatsDEncoder(MetricFamilies::Labels tags);

  std::vector<std::string> Encode(const MetricFamilies& families);

 private:
  std::string tags_;
  std::map<std::string, double> counters_;  // as they were, by name and tags
};

struct DogStatsDOptions {
  std::string host;  // empty: nobody is told
  int port = 8125;
  Duration interval{10'000};
};

// Measures and sends every so often, on a thread of its own. Nobody has to listen: what does not
// arrive is not sent again, and a host without an address is told once until it has one.
class DogStatsDReporter {
 public:
  // Called on that thread; may wait a moment. Nothing: there is no answer now.
  using Measure = std::function<std::optional<MetricFamilies>()>;

  DogStatsDReporter(DogStatsDOptions options, MetricFamilies::Labels tags, Measure measure);
  ~DogStatsDReporter();  // nothing is sent, and Measure is not called, afterwards

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
