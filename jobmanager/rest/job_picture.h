#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "jobmanager/job_snapshot.h"

namespace weir {

// A vertex in numbers: those of its subtasks summed up, shares of the time of its busiest one,
// watermarks of the one that is furthest behind.
struct VertexPicture {
  const VertexSnapshot* vertex = nullptr;
  const plan::Vertex* plan = nullptr;
  int64_t records_in = 0;
  int64_t records_out = 0;
  TaskRates rates;  // flows summed up; times in ms per second of the busiest, the least idle, ...
  std::optional<Timestamp> watermark;      // none where it has not begun or has ended
  std::optional<int64_t> records_waiting;  // of a source
  int64_t state_bytes = 0;
  int64_t state_entries = 0;
  std::map<std::string, int64_t> counters;
  std::vector<std::string> troubles;  // each once
  std::string source_trouble;         // of these, the first of a source, and of a sink
  std::string sink_trouble;
  std::vector<int64_t> operator_rows_in;  // by chain index; of a source: what it has read
  std::vector<double> operator_rates_in;  // the same per second, now
  struct Split {
    int32_t subtask = 0;
    rpc::SplitMetrics metrics;
  };
  std::vector<Split> splits;

  bool is_source() const { return plan->chain_size() > 0 && plan->chain(0).has_source(); }
  double busy() const { return rates.busy_ms / 1000; }
  double back_pressured() const { return rates.backpressured_ms / 1000; }
  int64_t Counter(const std::string& name) const;
};

// By vertex, upstream ones first.
std::vector<VertexPicture> DrawVertices(const JobSnapshot& job);

// What comes of an operator's rows.
enum class OperatorKind { kSource, kSink, kCollect, kStateless, kStateful };
OperatorKind KindOf(const plan::OperatorNode& node);

}  // namespace weir
