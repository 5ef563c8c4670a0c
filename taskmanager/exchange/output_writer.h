#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "common/base/time.h"
#include "common/data/batch_builder.h"
#include "state/key_codec.h"
#include "taskmanager/exchange/output_channel.h"
#include "taskmanager/operator_chain.h"

namespace weir {

enum class Routing { kForward, kHash, kRebalance, kBroadcast, kSingleton };

// A task's side of its output edges: routes rows to channels. Small batches are put together again
// on their way out; what is held back goes when it is full, before anything else that travels on
// the channel, when the task is about to go idle, or after the buffer timeout. Only the task's
// thread calls it.
class OutputWriter : public ChainOutput {
 public:
  struct Edge {
    Routing routing = Routing::kForward;
    std::vector<uint32_t> keys;  // kHash: columns
    SchemaPtr schema;
    std::vector<std::unique_ptr<OutputChannel>> channels;  // one per target subtask; forward: one
    int32_t max_parallelism = 128;
    int32_t from_subtask = 0;  // rebalancing subtasks begin at different targets
  };
  struct Options {
    size_t max_batch_rows = 4096;
    int64_t buffer_timeout_ms = 100;  // negative: only when full
    const Clock* clock = &Clock::Real();
  };

  OutputWriter(std::vector<Edge> edges, Options options);

  // ChainOutput
  bool HasCapacity() const override;
  void WriteBatch(int edge, Batch batch) override;
  void WriteWatermark(int edge, Watermark watermark) override;

  // On every edge.
  void WriteBarrier(CheckpointId id);
  void WriteEnd(std::optional<Watermark> last);

  // Everything that is held back goes out.
  void Flush();
  // Frames that are not full go out; batches go on growing. For a sender that has to wait.
  void FlushFrames();
  // Everything once the oldest row has waited for the buffer timeout.
  void FlushIfDue();

  int64_t rows_out() const { return rows_out_; }
  int64_t bytes_out() const { return bytes_out_; }

 private:
  struct State {
    Edge edge;
    std::unique_ptr<KeyCodec> codec;             // kHash
    std::vector<uint32_t> target_of_group;       // kHash, by key group
    std::vector<BatchBuilder> builders;          // kHash: one per target; others: one
    std::vector<std::vector<uint32_t>> rows_of;  // kHash scratch, by target
    EncodedKeys encoded;                         // kHash scratch
    size_t next_target = 0;                      // kRebalance
  };

  void RouteByKey(State& state, const Batch& batch);
  void Append(State& state, size_t builder, const Batch& batch, std::span<const uint32_t> rows);
  void HoldBack();
  void Close(State& state, size_t builder);
  void SendBatch(State& state, size_t builder, Batch batch);
  void CloseAll(State& state);
  void SendToAll(State& state, const StreamElement& element);

  std::vector<State> edges_;
  const Options options_;
  bool held_back_ = false;
  int64_t held_since_ns_ = 0;
  int64_t rows_out_ = 0;
  int64_t bytes_out_ = 0;
};

}  // namespace weir
