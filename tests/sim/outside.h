#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "tests/sim/simulator.h"

// The world outside the cluster: a topic of numbered rows and a database. Both survive everything.

namespace weir::sim {

struct TopicRow {
  int64_t key = 0;
  int64_t value = 0;
  int64_t event_ms = 0;
  int64_t available_us = 0;
};

struct Topic {
  struct Split {
    std::string id;
    uint64_t hash = 0;
    int64_t created_us = 0;
    std::vector<TopicRow> rows;  // available in their order
    // Where the job said that it begins, once it has; -1 before.
    int64_t start = -1;
  };
  bool bounded = true;
  bool from_latest = false;
  int64_t disorder_ms = 0;  // no row is further behind an earlier one of its split
  std::vector<Split> splits;

  Split* Find(const std::string& id);
  int64_t Available(const Split& split, int64_t now_us) const;
};

struct Sum {
  int64_t count = 0;
  int64_t sum = 0;
  friend auto operator<=>(const Sum&, const Sum&) = default;
};

// Who writes: (lineage, sink, subtask).
using WriterKey = std::tuple<std::string, std::string, int32_t>;
// A closed window of a key.
using WindowKey = std::pair<int64_t, int64_t>;  // key, window end in ms

// A commit that carries its identity: rows of one writer up to one checkpoint.
struct LedgerSegment {
  WriterKey writer;
  int64_t checkpoint = 0;
  std::vector<std::tuple<int64_t, int64_t, Sum>> rows;  // key, window end, sum

  std::string Encode() const;
  static LedgerSegment Decode(const std::string& bytes);
};

class Database {
 public:
  explicit Database(Simulator* simulator) : simulator_(*simulator) {}

  void SetDown(bool down) { down_ = down; }
  bool down() const { return down_; }

  // The table that is upserted: running sums by key. A successor fences its predecessors first,
  // also those that have none.
  Status Fence(const WriterKey& writer, int64_t attempt);
  Status Upsert(const WriterKey& writer, int64_t attempt,
                const std::vector<std::pair<int64_t, Sum>>& rows);
  // The ledger: each closed window once. Applying a segment twice changes nothing.
  Status Commit(int64_t round, const LedgerSegment& segment);

  // Asked by Commit: whether everything before `round` is committed, and whether the segment is of
  // a published checkpoint.
  std::function<void(int64_t round, const LedgerSegment& segment)> before_commit;

  bool IsCommitted(const WriterKey& writer, int64_t checkpoint) const {
    return committed_.contains({writer, checkpoint});
  }
  const std::map<int64_t, Sum>& totals() const { return totals_; }
  const std::map<WindowKey, Sum>& ledger() const { return ledger_; }

 private:
  Simulator& simulator_;
  bool down_ = false;
  std::map<WriterKey, int64_t> fences_;
  std::map<int64_t, Sum> totals_;
  std::map<WindowKey, Sum> ledger_;
  std::set<std::pair<WriterKey, int64_t>> committed_;
};

// What both tables must hold, computed from the topic alone. Unbounded: windows that the watermark
// has closed.
struct Expected {
  std::map<int64_t, Sum> totals;
  std::map<WindowKey, Sum> ledger;
};
Expected Compute(const Topic& topic, int64_t window_ms);

}  // namespace weir::sim
