// Resolve of a slot table: nanoseconds per key, batches of 4,096 random keys, count, sum and max.

#include <benchmark/benchmark.h>

#include <random>

#include "common/data/column_builder.h"
#include "common/fs/simulated_file_system.h"
#include "state/task_state.h"

namespace weir {
namespace {

constexpr size_t kBatch = 4096;
constexpr size_t kBatches = 64;

struct Fixture {
  Fixture(int64_t keys, bool text, std::shared_ptr<CheckpointStorage> storage = nullptr) {
    TaskState::Config config;
    config.storage = std::move(storage);
    config.key_groups = {0, 127};
    state = std::make_unique<TaskState>(std::move(config));
    table = state->ForOperator("agg")
                .OpenSlotTable("t", SlotLayout({{"count", SlotFieldKind::kFixed, 8},
                                                {"sum", SlotFieldKind::kFixed, 8},
                                                {"max", SlotFieldKind::kFixed, 8}}))
                .value();
    for (uint32_t i = 0; i < kBatch; ++i) rows.push_back(i);
    slots.resize(kBatch);
    is_new.resize(kBatch);
    const DataType type = text ? DataType::String() : DataType::BigInt();
    const auto column = [&](auto next) {
      ColumnBuilder builder(type);
      for (size_t i = 0; i < kBatch; ++i) {
        builder.AppendValue(text ? Value("customer " + std::to_string(next())) : Value(next()));
      }
      return std::vector<ColumnPtr>{builder.Finish()};
    };
    codec = std::make_unique<KeyCodec>(std::vector<DataType>{type});
    int64_t key = 0;
    while (key < keys) Update(column([&] { return key++ % keys; }));
    std::mt19937_64 random(1);
    for (size_t b = 0; b < kBatches; ++b) {
      batches.push_back(
          column([&] { return static_cast<int64_t>(random() % static_cast<uint64_t>(keys)); }));
    }
  }

  void Update(const std::vector<ColumnPtr>& columns) {
    codec->Encode(columns, kBatch, encoded);
    Status s = table->Resolve(0, encoded, rows, slots, is_new);
    CHECK(s.ok());
    for (const Slot& slot : slots) {
      slot.Set<int64_t>(0, slot.Get<int64_t>(0) + 1);
      slot.Set<int64_t>(8, slot.Get<int64_t>(8) + 7);
      slot.Set<int64_t>(16, std::max<int64_t>(slot.Get<int64_t>(16), 7));
    }
  }

  std::unique_ptr<TaskState> state;
  SlotTable* table;
  std::unique_ptr<KeyCodec> codec;
  EncodedKeys encoded;
  std::vector<uint32_t> rows;
  std::vector<Slot> slots;
  std::vector<uint8_t> is_new;
  std::vector<std::vector<ColumnPtr>> batches;
};

void ReportPerKey(benchmark::State& state, size_t keys) {
  state.SetItemsProcessed(static_cast<int64_t>(keys));
  state.counters["ns_per_key"] = benchmark::Counter(
      static_cast<double>(keys) * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void EncodeAndResolve(benchmark::State& state, bool text) {
  Fixture fixture(state.range(0), text);
  size_t at = 0, keys = 0;
  for (auto _ : state) {
    fixture.Update(fixture.batches[at++ % kBatches]);
    keys += kBatch;
  }
  ReportPerKey(state, keys);
}
BENCHMARK_CAPTURE(EncodeAndResolve, bigint, false)->Arg(1000)->Arg(1000000)->Arg(10000000);
BENCHMARK_CAPTURE(EncodeAndResolve, string, true)->Arg(1000)->Arg(1000000);

// Everything dirty: what a barrier costs per entry on the task's thread.
void Cut(benchmark::State& state) {
  auto storage =
      std::make_shared<CheckpointStorage>(std::make_shared<SimulatedFileSystem>(), "job");
  Fixture fixture(state.range(0), false, storage);
  size_t keys = 0;
  int64_t id = 0;
  for (auto _ : state) {
    state.PauseTiming();
    int64_t key = 0;
    while (key < state.range(0)) {
      ColumnBuilder builder(DataType::BigInt());
      for (size_t i = 0; i < kBatch; ++i) builder.Append<int64_t>(key++ % state.range(0));
      fixture.Update({builder.Finish()});
    }
    state.ResumeTiming();
    CHECK(fixture.state->BeginSnapshot(CheckpointId(++id)).ok());
    while (!fixture.state->SnapshotSome(10000)) {
    }
    state.PauseTiming();
    SnapshotWork work = fixture.state->TakeWork();
    CHECK(work().ok());
    fixture.state->CheckpointCompleted(CheckpointId(id));
    state.ResumeTiming();
    keys += static_cast<size_t>(state.range(0));
  }
  ReportPerKey(state, keys);
}
BENCHMARK(Cut)->Arg(1000000)->Iterations(5);

}  // namespace
}  // namespace weir

BENCHMARK_MAIN();
