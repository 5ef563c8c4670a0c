// Resolve of a slot table: CPU seconds per key, batches of 4,096 random keys, count, sum and max.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "common/data/column_builder.h"
#include "common/fs/simulated_file_system.h"
#include "state/rocksdb/rocksdb_cold_store.h"
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
  state.counters["per_key"] = benchmark::Counter(
      static_cast<double>(keys), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
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

// A batch's step while a snapshot of everything is cut beside it, as a task does it: for how long
// the hot path stands still.
void StepsWhileCutting(benchmark::State& state) {
  constexpr size_t kEntriesPerSlice = 4096;  // as taskmanager/task.cc
  auto storage =
      std::make_shared<CheckpointStorage>(std::make_shared<SimulatedFileSystem>(), "job");
  const int64_t keys = state.range(0);
  Fixture fixture(keys, false, storage);
  std::vector<double> us, quiet_us;
  size_t at = 0;
  int64_t id = 0;
  const auto step = [&](auto before) {
    const auto start = std::chrono::steady_clock::now();
    const bool more = before();
    fixture.Update(fixture.batches[at++ % kBatches]);
    const std::chrono::duration<double, std::micro> passed =
        std::chrono::steady_clock::now() - start;
    (more ? us : quiet_us).push_back(passed.count());
    return more;
  };
  for (auto _ : state) {
    int64_t key = 0;
    while (key < keys) {
      ColumnBuilder builder(DataType::BigInt());
      for (size_t i = 0; i < kBatch; ++i) builder.Append<int64_t>(key++ % keys);
      fixture.Update({builder.Finish()});
    }
    for (int i = 0; i < 250; ++i) step([] { return false; });
    bool begun = false;
    while (step([&] {
      if (!begun) CHECK(fixture.state->BeginSnapshot(CheckpointId(++id)).ok());
      begun = true;
      return !fixture.state->SnapshotSome(kEntriesPerSlice);
    })) {
    }
    CHECK(fixture.state->TakeWork()().ok());
    fixture.state->CheckpointCompleted(CheckpointId(id));
  }
  for (auto& [name, times] : {std::pair("quiet", &quiet_us), std::pair("cutting", &us)}) {
    std::vector<double>& found = *times;
    std::sort(found.begin(), found.end());
    const auto share = [&](double q) {
      return found[static_cast<size_t>(q * static_cast<double>(found.size() - 1))];
    };
    state.counters[std::string(name) + "_p50_us"] = share(0.5);
    state.counters[std::string(name) + "_p99_us"] = share(0.99);
    state.counters[std::string(name) + "_max_us"] = share(1);
  }
}
BENCHMARK(StepsWhileCutting)->Arg(1000000)->Iterations(10)->Unit(benchmark::kMillisecond);

// ---- The cold store: runs as eviction writes them, reads as a batch's misses ask.

struct ColdFixture {
  ColdFixture() {
    store = MakeRocksdbColdStoreFactory({.dir = "/tmp/weir_slot_table_bench"})().value();
  }
  // Entries first, first + step, ...: interleaved runs overlap as evicted ones do.
  static std::vector<ColdStore::Entry> Run(uint64_t first, uint64_t step, size_t count) {
    std::vector<ColdStore::Entry> run;
    for (size_t i = 0; i < count; ++i) run.push_back({Key(first + i * step), std::string(24, 'v')});
    return run;
  }
  static std::string Key(uint64_t n) {
    std::string key(20, '\0');
    for (int b = 0; b < 8; ++b) key[12 + b] = static_cast<char>(n >> (8 * (7 - b)));
    return key;
  }
  std::unique_ptr<ColdStore> store;
};

void ColdWriteRun(benchmark::State& state) {
  ColdFixture fixture;
  const size_t count = static_cast<size_t>(state.range(0));
  size_t keys = 0;
  uint64_t first = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto run = ColdFixture::Run(first++, 31, count);
    state.ResumeTiming();
    CHECK(fixture.store->WriteRun(run).ok());
    keys += count;
  }
  ReportPerKey(state, keys);
}
BENCHMARK(ColdWriteRun)->Arg(32 << 10)->Iterations(31)->MeasureProcessCPUTime();

void ColdRead(benchmark::State& state, bool present) {
  ColdFixture fixture;
  for (uint64_t first = 0; first < 62; first += 2) {
    CHECK(fixture.store->WriteRun(ColdFixture::Run(first, 62, 32 << 10)).ok());
  }
  std::mt19937_64 random(1);
  size_t keys = 0;
  std::vector<std::string> wanted(kBatch);
  std::vector<std::optional<std::string>> values(kBatch);
  for (auto _ : state) {
    state.PauseTiming();
    for (std::string& key : wanted) {
      key = ColdFixture::Key(random() % (1u << 20) * 2 + (present ? 0 : 1));
    }
    state.ResumeTiming();
    CHECK(fixture.store->Read(wanted, values).ok());
    CHECK_EQ(values[0].has_value(), present);
    keys += kBatch;
  }
  ReportPerKey(state, keys);
}
BENCHMARK_CAPTURE(ColdRead, hit, true);
BENCHMARK_CAPTURE(ColdRead, bloom_miss, false);

// A million entries, folded to one base file, into a fresh table.
void Restore(benchmark::State& state) {
  auto storage =
      std::make_shared<CheckpointStorage>(std::make_shared<SimulatedFileSystem>(), "job");
  Fixture fixture(1000000, false, storage);
  std::vector<checkpoint::KeyedStateHandle> handles;
  for (int64_t id = 1; id <= 4; ++id) {
    fixture.Update(fixture.batches[static_cast<size_t>(id)]);
    CHECK(fixture.state->BeginSnapshot(CheckpointId(id)).ok());
    while (!fixture.state->SnapshotSome(1 << 20)) {
    }
    handles = fixture.state->TakeWork()().value().keyed["agg"];
    fixture.state->CheckpointCompleted(CheckpointId(id));
  }
  size_t keys = 0;
  for (auto _ : state) {
    TaskState::Config config;
    config.storage = storage;
    config.key_groups = {0, 127};
    TaskState restored(std::move(config));
    CHECK(restored.Restore("agg", handles).ok());
    auto table = restored.ForOperator("agg").OpenSlotTable(
        "t", SlotLayout({{"count", SlotFieldKind::kFixed, 8},
                         {"sum", SlotFieldKind::kFixed, 8},
                         {"max", SlotFieldKind::kFixed, 8}}));
    CHECK(table.ok());
    keys += (*table)->EntryCount();
  }
  ReportPerKey(state, keys);
}
BENCHMARK(Restore)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir

BENCHMARK_MAIN();
