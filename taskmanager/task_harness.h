#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/data/batch_builder.h"
#include "operators/operator.h"
#include "taskmanager/executor.h"

// What tests of tasks share: an executor that they drive by hand, and operators small enough to
// see through. For tests only.

namespace weir {

// Time stands still until a test moves it.
class ManualClock : public Clock {
 public:
  Timestamp WallNow() const override { return now_ms_; }
  int64_t MonotonicNanos() const override { return now_ms_ * 1'000'000; }
  void Advance(int64_t ms) { now_ms_ += ms; }

 private:
  std::atomic<int64_t> now_ms_{1'000'000};
};

// Runs everything on the caller's thread, one piece at a time, in the order it was woken.
class ManualExecutor : public Executor {
 public:
  void Wake(const std::shared_ptr<Runnable>& runnable) override {
    for (const auto& queued : queue_) {
      if (queued == runnable) return;
    }
    queue_.push_back(runnable);
  }
  void RunBlocking(std::function<void()> work) override { blocking_.push_back(std::move(work)); }
  const Clock& clock() const override { return clock_; }

  // One run or one piece of blocking work; false when there is nothing to do.
  bool Step() {
    if (hold_blocking && queue_.empty()) return false;
    if (!hold_blocking && !blocking_.empty()) {
      std::function<void()> work = std::move(blocking_.front());
      blocking_.pop_front();
      work();
      return true;
    }
    if (queue_.empty()) return false;
    std::shared_ptr<Runnable> runnable = std::move(queue_.front());
    queue_.pop_front();
    Runnable::Next next = runnable->Run();
    if (next.again) Wake(runnable);
    wake_at_ = std::min(wake_at_, next.wake_at);
    if (next.wake_at != kMaxTimestamp) timed_.push_back(runnable);
    return true;
  }
  // Until nothing is left to do; false if that takes too long.
  bool RunAll(int limit = 1'000'000) {
    for (int i = 0; i < limit; ++i) {
      if (!Step()) return true;
    }
    return false;
  }
  // Moves time and wakes whoever wanted to be woken at some time.
  void Advance(int64_t ms) {
    clock_.Advance(ms);
    for (const auto& runnable : std::exchange(timed_, {})) Wake(runnable);
  }
  bool hold_blocking = false;

 private:
  ManualClock clock_;
  std::deque<std::shared_ptr<Runnable>> queue_;
  std::deque<std::function<void()>> blocking_;
  std::vector<std::shared_ptr<Runnable>> timed_;
  Timestamp wake_at_ = kMaxTimestamp;
};

// Rows of (key STRING, n BIGINT), written "a 1\nb 2".
inline SchemaPtr PairSchema() {
  static const SchemaPtr schema = std::make_shared<const Schema>(
      std::vector<Field>{{"key", DataType::String()}, {"n", DataType::BigInt()}});
  return schema;
}
inline Batch Pairs(const std::vector<std::pair<std::string, int64_t>>& rows) {
  BatchBuilder builder(PairSchema());
  for (const auto& [key, n] : rows) builder.AppendRow({key, n});
  return builder.Finish();
}
inline std::string Text(const Batch& batch) {
  std::string text;
  for (size_t i = 0; i < batch.rows(); ++i) {
    text += std::string(RowKindText(batch.kind(i))) + " " + batch.column(0)->GetValue(i).string() +
            " " + std::to_string(batch.column(1)->GetValue(i).integer()) + "\n";
  }
  return text;
}

// An operator made of functions; what is not set does nothing.
class TestOperator : public Operator {
 public:
  std::function<Status(OperatorContext&, const std::vector<std::string>&)> open;
  std::function<StatusOr<Progress>(int, Batch, Collector&)> batch;
  std::function<StatusOr<Progress>(Watermark, Collector&)> watermark;
  std::function<StatusOr<Progress>(Collector&)> resume;
  std::function<StatusOr<Progress>(FlushReason, Collector&)> flush;
  std::function<std::optional<Timestamp>()> next_timer;
  std::function<StatusOr<Progress>(Timestamp, Collector&)> timer;
  std::function<StatusOr<OperatorState>(CheckpointId)> snapshot;

  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override {
    return open ? open(context, restored) : OkStatus();
  }
  StatusOr<Progress> ProcessBatch(int input, Batch b, Collector& out) override {
    if (batch) return batch(input, std::move(b), out);
    out.Emit(0, std::move(b));
    return Progress::kDone;
  }
  StatusOr<Progress> ProcessWatermark(Watermark w, Collector& out) override {
    return watermark ? watermark(w, out) : Progress::kDone;
  }
  StatusOr<Progress> Resume(Collector& out) override {
    return resume ? resume(out) : Progress::kDone;
  }
  StatusOr<Progress> Flush(FlushReason reason, Collector& out) override {
    return flush ? flush(reason, out) : Progress::kDone;
  }
  std::optional<Timestamp> NextTimer() const override {
    return next_timer ? next_timer() : std::nullopt;
  }
  StatusOr<Progress> OnTimer(Timestamp now, Collector& out) override {
    return timer ? timer(now, out) : Progress::kDone;
  }
  StatusOr<OperatorState> Snapshot(CheckpointId id) override {
    return snapshot ? snapshot(id) : OperatorState{};
  }
};

}  // namespace weir
