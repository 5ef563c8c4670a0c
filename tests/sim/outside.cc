#include "tests/sim/outside.h"

#include <algorithm>
#include <limits>
#include <sstream>

namespace weir::sim {

Topic::Split* Topic::Find(const std::string& id) {
  for (Split& split : splits) {
    if (split.id == id) return &split;
  }
  return nullptr;
}

int64_t Topic::Available(const Split& split, int64_t now_us) const {
  if (now_us < split.created_us) return 0;
  return std::partition_point(split.rows.begin(), split.rows.end(),
                              [&](const TopicRow& row) { return row.available_us <= now_us; }) -
         split.rows.begin();
}

std::string LedgerSegment::Encode() const {
  const auto& [lineage, sink, subtask] = epoch.writer;
  std::ostringstream out;
  out << lineage << " " << sink << " " << subtask << " " << epoch.checkpoint;
  for (const LedgerRow& row : rows) {
    out << " " << row.key << " " << row.window_end << " " << row.sum.count << " " << row.sum.sum;
  }
  return out.str();
}

LedgerSegment LedgerSegment::Decode(const std::string& bytes) {
  std::istringstream in(bytes);
  LedgerSegment segment;
  auto& [lineage, sink, subtask] = segment.epoch.writer;
  in >> lineage >> sink >> subtask >> segment.epoch.checkpoint;
  LedgerRow row;
  while (in >> row.key >> row.window_end >> row.sum.count >> row.sum.sum) {
    segment.rows.push_back(row);
  }
  return segment;
}

bool Ledger::Commit(const EpochKey& epoch) {
  if (before_commit) before_commit(epoch);
  return committed_.insert(epoch).second;
}

void Ledger::Show(const LedgerRow& row) {
  if (rows_.emplace(WindowKey{row.key, row.window_end}, row.sum).second) return;
  simulator_.Violation("the window of key " + std::to_string(row.key) + " that ends at " +
                       std::to_string(row.window_end) + " came twice");
}

Status Database::Fence(const WriterKey& writer, int64_t attempt) {
  if (down_) return UnavailableError("the database is down");
  const auto of_its_sink = [&](const WriterKey& other) {
    return std::get<0>(other) == std::get<0>(writer) && std::get<1>(other) == std::get<1>(writer);
  };
  for (const auto& [other, fence] : fences_) {
    if (of_its_sink(other) && fence > attempt) {
      return FailedPreconditionError("a newer attempt writes already");
    }
  }
  fences_[writer] = attempt;
  for (auto& [other, fence] : fences_) {
    if (of_its_sink(other)) fence = attempt;
  }
  return OkStatus();
}

Status Database::Upsert(const WriterKey& writer, int64_t attempt,
                        const std::vector<std::pair<int64_t, Sum>>& rows) {
  if (down_) return UnavailableError("the database is down");
  if (fences_[writer] != attempt) return FailedPreconditionError("a newer attempt writes already");
  for (const auto& [key, sum] : rows) totals_[key] = sum;
  return OkStatus();
}

Expected Compute(const Topic& topic, int64_t window_ms) {
  Expected expected;
  int64_t watermark = std::numeric_limits<int64_t>::max();
  for (const Topic::Split& split : topic.splits) {
    int64_t highest = std::numeric_limits<int64_t>::min();
    for (size_t i = static_cast<size_t>(std::max<int64_t>(split.start, 0)); i < split.rows.size();
         ++i) {
      highest = std::max(highest, split.rows[i].event_ms);
    }
    if (topic.bounded) continue;
    // A split of which nothing is read says nothing about time.
    const bool silent = highest == std::numeric_limits<int64_t>::min();
    watermark = std::min(watermark, silent ? highest : highest - topic.disorder_ms);
  }
  for (const Topic::Split& split : topic.splits) {
    for (size_t i = static_cast<size_t>(std::max<int64_t>(split.start, 0)); i < split.rows.size();
         ++i) {
      const TopicRow& row = split.rows[i];
      Sum& total = expected.totals[row.key];
      ++total.count;
      total.sum += row.value;
      const int64_t end = row.event_ms / window_ms * window_ms + window_ms;
      if (watermark < end - 1) continue;
      Sum& window = expected.ledger[{row.key, end}];
      ++window.count;
      window.sum += row.value;
    }
  }
  return expected;
}

}  // namespace weir::sim
