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
  std::ostringstream out;
  out << std::get<0>(writer) << " " << std::get<1>(writer) << " " << std::get<2>(writer) << " "
      << checkpoint;
  for (const auto& [key, end, sum] : rows) {
    out << " " << key << " " << end << " " << sum.count << " " << sum.sum;
  }
  return out.str();
}

LedgerSegment LedgerSegment::Decode(const std::string& bytes) {
  std::istringstream in(bytes);
  LedgerSegment segment;
  in >> std::get<0>(segment.writer) >> std::get<1>(segment.writer) >> std::get<2>(segment.writer) >>
      segment.checkpoint;
  int64_t key, end;
  Sum sum;
  while (in >> key >> end >> sum.count >> sum.sum) segment.rows.emplace_back(key, end, sum);
  return segment;
}

Status Database::Fence(const WriterKey& writer, int64_t attempt) {
  if (down_) return UnavailableError("the database is down");
  if (attempt < fences_[writer]) return FailedPreconditionError("a newer attempt writes already");
  const auto& [lineage, sink, subtask] = writer;
  for (auto& [other, fence] : fences_) {
    if (std::get<0>(other) == lineage && std::get<1>(other) == sink)
      fence = std::max(fence, attempt);
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

Status Database::Commit(int64_t round, const LedgerSegment& segment) {
  if (down_) return UnavailableError("the database is down");
  if (before_commit) before_commit(round, segment);
  if (!committed_.insert({segment.writer, segment.checkpoint}).second) return OkStatus();
  for (const auto& [key, end, sum] : segment.rows) {
    if (!ledger_.emplace(WindowKey{key, end}, sum).second) {
      simulator_.Violation("the window of key " + std::to_string(key) + " that ends at " +
                           std::to_string(end) + " came twice");
    }
  }
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
