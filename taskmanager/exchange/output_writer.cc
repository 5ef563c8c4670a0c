#include "taskmanager/exchange/output_writer.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace weir {
namespace {

constexpr size_t kMaxBatchBytes = 256 << 10;

// 0, 1, 2, ...: the rows of a batch that goes to one place as it is.
std::span<const uint32_t> AllRows(size_t count) {
  thread_local std::vector<uint32_t> rows;
  if (rows.size() < count) {
    rows.resize(count);
    std::iota(rows.begin(), rows.end(), 0u);
  }
  return {rows.data(), count};
}

}  // namespace

OutputWriter::OutputWriter(std::vector<Edge> edges, Options options) : options_(options) {
  for (Edge& edge : edges) {
    State state;
    size_t builders = 1;
    if (edge.routing == Routing::kHash && edge.channels.size() > 1) {
      builders = edge.channels.size();
      std::vector<DataType> types;
      for (uint32_t key : edge.keys) types.push_back((*edge.schema)[key].type);
      state.codec = std::make_unique<KeyCodec>(std::move(types));
      for (int32_t group = 0; group < edge.max_parallelism; ++group) {
        state.target_of_group.push_back(static_cast<uint32_t>(
            SubtaskOf(group, static_cast<int32_t>(builders), edge.max_parallelism)));
      }
      state.rows_of.resize(builders);
    }
    for (size_t i = 0; i < builders; ++i) state.builders.emplace_back(edge.schema);
    state.next_target = static_cast<size_t>(edge.from_subtask) % edge.channels.size();
    state.edge = std::move(edge);
    edges_.push_back(std::move(state));
  }
}

bool OutputWriter::HasCapacity() const {
  for (const State& state : edges_) {
    for (const auto& channel : state.edge.channels) {
      if (!channel->HasCapacity()) return false;
    }
  }
  return true;
}

void OutputWriter::WriteBatch(int edge, Batch batch) {
  if (batch.empty()) return;
  rows_out_ += static_cast<int64_t>(batch.rows());
  State& state = edges_[static_cast<size_t>(edge)];
  if (state.codec) {
    RouteByKey(state, batch);
  } else if (state.builders[0].empty() && batch.rows() * 2 >= options_.max_batch_rows) {
    for (size_t at = 0; at < batch.rows(); at += options_.max_batch_rows) {
      SendBatch(state, 0, batch.Slice(at, std::min(options_.max_batch_rows, batch.rows() - at)));
    }
  } else {
    Append(state, 0, batch, AllRows(batch.rows()));
  }
  if (options_.buffer_timeout_ms == 0) Flush();
}

void OutputWriter::RouteByKey(State& state, const Batch& batch) {
  std::vector<ColumnPtr> keys;
  for (uint32_t key : state.edge.keys) keys.push_back(batch.column(key));
  state.codec->Encode(keys, batch.rows(), state.encoded);
  for (std::vector<uint32_t>& rows : state.rows_of) rows.clear();
  const std::span<const uint64_t> hashes = state.encoded.hashes();
  for (size_t i = 0; i < hashes.size(); ++i) {
    const int32_t group = KeyGroupOf(hashes[i], state.edge.max_parallelism);
    state.rows_of[state.target_of_group[static_cast<size_t>(group)]].push_back(
        static_cast<uint32_t>(i));
  }
  for (size_t target = 0; target < state.rows_of.size(); ++target) {
    Append(state, target, batch, state.rows_of[target]);
  }
}

void OutputWriter::Append(State& state, size_t builder, const Batch& batch,
                          std::span<const uint32_t> rows) {
  BatchBuilder& to = state.builders[builder];
  while (!rows.empty()) {
    const size_t count = std::min(rows.size(), options_.max_batch_rows - to.rows());
    to.AppendRowsFrom(batch, rows.first(count));
    rows = rows.subspan(count);
    if (to.rows() >= options_.max_batch_rows || to.ByteSize() >= kMaxBatchBytes) {
      Close(state, builder);
    } else {
      HoldBack();
    }
  }
}

void OutputWriter::HoldBack() {
  if (held_back_) return;
  held_back_ = true;
  held_since_ns_ = options_.clock->MonotonicNanos();
}

void OutputWriter::Close(State& state, size_t builder) {
  if (!state.builders[builder].empty()) {
    SendBatch(state, builder, state.builders[builder].Finish());
  }
}

void OutputWriter::SendBatch(State& state, size_t builder, Batch batch) {
  bytes_out_ += static_cast<int64_t>(batch.ByteSize());
  auto& channels = state.edge.channels;
  HoldBack();  // a remote channel may
  switch (state.edge.routing) {
    case Routing::kForward:
    case Routing::kSingleton:
      return channels[0]->Send(std::move(batch));
    case Routing::kHash:
      return channels[builder]->Send(std::move(batch));
    case Routing::kRebalance:
      channels[state.next_target]->Send(std::move(batch));
      state.next_target = (state.next_target + 1) % channels.size();
      return;
    case Routing::kBroadcast:
      for (auto& channel : channels) channel->Send(batch);
      return;
  }
}

void OutputWriter::CloseAll(State& state) {
  for (size_t i = 0; i < state.builders.size(); ++i) Close(state, i);
}

void OutputWriter::SendToAll(State& state, const StreamElement& element) {
  CloseAll(state);
  for (auto& channel : state.edge.channels) channel->Send(element);
}

void OutputWriter::WriteWatermark(int edge, Watermark watermark) {
  HoldBack();
  SendToAll(edges_[static_cast<size_t>(edge)], watermark);
  if (options_.buffer_timeout_ms == 0) Flush();
}

void OutputWriter::WriteBarrier(CheckpointId id) {
  for (State& state : edges_) SendToAll(state, CheckpointBarrier{id});
  Flush();
}

void OutputWriter::WriteEnd(std::optional<Watermark> last) {
  for (State& state : edges_) {
    if (last) SendToAll(state, *last);
    SendToAll(state, EndOfInput{});
  }
  Flush();
}

void OutputWriter::Flush() {
  for (State& state : edges_) {
    CloseAll(state);
    for (auto& channel : state.edge.channels) channel->Flush();
  }
  held_back_ = false;
}

void OutputWriter::FlushFrames() {
  for (State& state : edges_) {
    for (auto& channel : state.edge.channels) channel->Flush();
  }
}

void OutputWriter::FlushIfDue() {
  if (!held_back_ || options_.buffer_timeout_ms < 0) return;
  if (options_.clock->MonotonicNanos() - held_since_ns_ >= options_.buffer_timeout_ms * 1'000'000) {
    Flush();
  }
}

}  // namespace weir
