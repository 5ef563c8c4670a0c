#include "tests/sql/held_source.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "connectors/filesystem/filesystem.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

bool IsSource(const plan::OperatorNode& node) { return node.has_source() || node.has_values(); }

int64_t LinesOf(const fs::path& file) {
  std::ifstream in(file);
  int64_t lines = 0;
  for (std::string line; std::getline(in, line);) lines += !line.empty();
  return lines;
}

// About as many as the source will give: where half of the input is need not be exact.
int64_t RowsOf(const plan::OperatorNode& node) {
  if (node.has_values()) return node.values().rows_size();
  const auto& options = node.source().table().options();
  if (auto it = options.find("number-of-rows"); it != options.end()) return std::stoll(it->second);
  const auto path = options.find("path");
  if (path == options.end()) return 0;
  const StatusOr<std::string> local = LocalPath(path->second);
  if (!local.ok()) return 0;
  if (!fs::is_directory(*local)) return LinesOf(*local);
  int64_t lines = 0;
  for (const auto& entry : fs::recursive_directory_iterator(*local)) {
    if (entry.is_regular_file()) lines += LinesOf(entry.path());
  }
  return lines;
}

// Counts the rows that pass.
class CountingCollector : public Collector {
 public:
  CountingCollector(Collector& to, int64_t* rows) : to_(to), rows_(rows) {}
  void Emit(int output, Batch batch) override {
    *rows_ += static_cast<int64_t>(batch.rows());
    to_.Emit(output, std::move(batch));
  }
  void EmitWatermark(Watermark watermark) override { to_.EmitWatermark(watermark); }

 private:
  Collector& to_;
  int64_t* rows_;
};

class HeldSource : public SourceOperator {
 public:
  HeldSource(std::unique_ptr<Operator> source, int64_t limit, SourceHold* hold)
      : operator_(std::move(source)),
        source_(dynamic_cast<SourceOperator&>(*operator_)),
        limit_(limit),
        hold_(hold) {}

  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override {
    return source_.Open(context, restored);
  }
  StatusOr<PollResult> Poll(Collector& out) override {
    PollResult result = PollResult::kIdle;
    if (rows_ < limit_) {
      CountingCollector counting(out, &rows_);
      ASSIGN_OR_RETURN(result, source_.Poll(counting));
    }
    if ((rows_ >= limit_ || result == PollResult::kFinished) && !std::exchange(arrived_, true)) {
      hold_->Arrived();
    }
    return result;
  }
  StatusOr<Progress> Flush(FlushReason reason, Collector& out) override {
    CountingCollector counting(out, &rows_);
    return source_.Flush(reason, counting);
  }
  std::optional<Timestamp> NextTimer() const override {
    return rows_ >= limit_ ? std::nullopt : source_.NextTimer();
  }
  Status AddSplits(const std::vector<SourceSplit>& splits) override {
    return source_.AddSplits(splits);
  }
  void NoMoreSplits() override { source_.NoMoreSplits(); }
  StatusOr<std::vector<SourceSplit>> SplitPositions() override { return source_.SplitPositions(); }
  StatusOr<OperatorState> Snapshot(CheckpointId id) override { return source_.Snapshot(id); }
  void CheckpointCompleted(CheckpointId id) override { source_.CheckpointCompleted(id); }

 private:
  const std::unique_ptr<Operator> operator_;
  SourceOperator& source_;
  const int64_t limit_;
  SourceHold* const hold_;
  int64_t rows_ = 0;
  bool arrived_ = false;
};

}  // namespace

SourceHold::SourceHold(const plan::JobGraph& graph, double share) : share_(share) {
  for (const plan::Vertex& vertex : graph.vertices()) {
    if (IsSource(vertex.chain(0))) missing_ += vertex.parallelism();
  }
}

StatusOr<std::unique_ptr<Operator>> SourceHold::MakeOperator(const plan::OperatorNode& node) {
  ASSIGN_OR_RETURN(std::unique_ptr<Operator> made, weir::MakeOperator(node));
  if (!IsSource(node)) return made;
  const auto limit = static_cast<int64_t>(static_cast<double>(RowsOf(node)) * share_);
  return std::unique_ptr<Operator>(
      std::make_unique<HeldSource>(std::move(made), std::max<int64_t>(1, limit), this));
}

void SourceHold::Arrived() {
  std::lock_guard lock(mutex_);
  --missing_;
  changed_.notify_all();
}

void SourceHold::Abandon() {
  std::lock_guard lock(mutex_);
  abandoned_ = true;
  changed_.notify_all();
}

bool SourceHold::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return missing_ <= 0 || abandoned_; });
  return !abandoned_;
}

}  // namespace weir
