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

// The world outside the cluster, which survives everything: a topic of numbered rows, a table of
// sums, a ledger of windows.

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

struct LedgerRow {
  int64_t key = 0;
  int64_t window_end = 0;  // ms
  Sum sum;
};

// What one writer prepared at one checkpoint: it is committed at once.
struct EpochKey {
  WriterKey writer;
  int64_t checkpoint = 0;
  friend auto operator<=>(const EpochKey&, const EpochKey&) = default;
};

// A committable that carries its rows.
struct LedgerSegment {
  EpochKey epoch;
  std::vector<LedgerRow> rows;

  std::string Encode() const;
  static LedgerSegment Decode(const std::string& bytes);
};

// The closed windows of each key, as those see them who read what the job wrote, wherever it did.
class Ledger {
 public:
  explicit Ledger(Simulator* simulator) : simulator_(*simulator) {}

  // Asked at each commit: whether the epoch is of a published checkpoint, and everything of the
  // checkpoints before it is committed.
  std::function<void(const EpochKey& epoch)> before_commit;

  // From here on readers will see the epoch. False: they do already.
  bool Commit(const EpochKey& epoch);
  // A reader sees the row.
  void Show(const LedgerRow& row);

  bool IsCommitted(const EpochKey& epoch) const { return committed_.contains(epoch); }
  const std::map<WindowKey, Sum>& rows() const { return rows_; }

 private:
  Simulator& simulator_;
  std::map<WindowKey, Sum> rows_;
  std::set<EpochKey> committed_;
};

// A table that is upserted: running sums by key.
class Database {
 public:
  void SetDown(bool down) { down_ = down; }
  bool down() const { return down_; }

  // A successor fences its predecessors first, also those that have none.
  Status Fence(const WriterKey& writer, int64_t attempt);
  Status Upsert(const WriterKey& writer, int64_t attempt,
                const std::vector<std::pair<int64_t, Sum>>& rows);
  const std::map<int64_t, Sum>& totals() const { return totals_; }

 private:
  bool down_ = false;
  std::map<WriterKey, int64_t> fences_;
  std::map<int64_t, Sum> totals_;
};

// What both tables must hold, computed from the topic alone. Unbounded: windows that the watermark
// has closed.
struct Expected {
  std::map<int64_t, Sum> totals;
  std::map<WindowKey, Sum> ledger;
};
Expected Compute(const Topic& topic, int64_t window_ms);

}  // namespace weir::sim
