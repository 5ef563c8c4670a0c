#include "tests/sim/sim_sinks.h"

#include <map>
#include <memory>
#include <utility>

#include "common/data/batch.h"
#include "connectors/epoch_transaction.h"
#include "tests/sim/sim_kafka.h"
#include "tests/sim/sim_postgres.h"

namespace weir::sim {

EpochKey KeyOf(const SinkEpoch& epoch) {
  return {{epoch.lineage, epoch.sink_uid, epoch.subtask}, epoch.id};
}

std::string NameOf(const SinkEpoch& epoch) {
  return epoch.lineage + "-" + epoch.sink_uid + "-" + std::to_string(epoch.subtask);
}

std::vector<LedgerRow> RowsOf(const Batch& batch) {
  std::vector<LedgerRow> rows;
  for (size_t i = 0; i < batch.rows(); ++i) {
    const auto cell = [&](size_t c) { return batch.column(c)->GetValue(i).integer(); };
    rows.push_back({cell(0), cell(3) / 1000, Sum{cell(1), cell(2)}});
  }
  return rows;
}

namespace {

WriterKey WriterOf(const WriterIdentity& identity) {
  return {identity.lineage, identity.sink_uid, identity.subtask};
}

// ---- Totals

// A call to the database from a process: it may happen after the process has died, its answer is
// heard by the living.
struct Call {
  bool in_flight = false;
  Status result;
};

class TotalsWriter final : public SinkWriter {
 public:
  TotalsWriter(World world, LifePtr life, SinkWriterContext context)
      : world_(world), life_(std::move(life)), context_(std::move(context)) {}

  StatusOr<bool> Write(const Batch& batch) override {
    RETURN_IF_ERROR(call_->result);
    for (size_t i = 0; i < batch.rows(); ++i) {
      if (IsRetraction(batch.kind(i))) continue;
      const auto cell = [&](size_t c) { return batch.column(c)->GetValue(i).integer(); };
      waiting_[cell(0)] = {cell(1), cell(2)};
    }
    return true;
  }
  StatusOr<bool> Flush() override {
    RETURN_IF_ERROR(call_->result);
    SendWaiting();
    return !call_->in_flight;
  }
  std::optional<Timestamp> FlushDue(Timestamp) override {
    if (call_->result.ok()) SendWaiting();
    return std::nullopt;
  }

 private:
  void SendWaiting() {
    if (call_->in_flight || waiting_.empty()) return;
    call_->in_flight = true;
    std::vector<std::pair<int64_t, Sum>> rows(waiting_.begin(), waiting_.end());
    waiting_.clear();
    Simulator* simulator = world_.simulator;
    const int64_t there = simulator->rng().Between(100, 5000);
    const int64_t back = simulator->rng().Between(100, 2000);
    simulator->After(
        there, [simulator, back, database = world_.database, writer = WriterOf(context_.identity),
                attempt = context_.identity.attempt, rows, call = call_, life = life_,
                wake = context_.wake] {
          const Status result = database->Upsert(writer, attempt, rows);
          simulator->After(life, back, [call, result, wake] {
            call->in_flight = false;
            call->result = result;
            wake();
          });
        });
  }

  const World world_;
  const LifePtr life_;
  const SinkWriterContext context_;
  std::map<int64_t, Sum> waiting_;
  std::shared_ptr<Call> call_ = std::make_shared<Call>();
};

class TotalsSink final : public Sink {
 public:
  TotalsSink(World world, LifePtr life) : world_(world), life_(std::move(life)) {}
  bool accepts_updates() const override { return true; }
  Status Validate() override { return OkStatus(); }
  StatusOr<std::unique_ptr<SinkWriter>> MakeWriter(SinkWriterContext context) override {
    RETURN_IF_ERROR(world_.database->Fence(WriterOf(context.identity), context.identity.attempt)
                        .Annotate("fence"));
    return std::unique_ptr<SinkWriter>(
        std::make_unique<TotalsWriter>(world_, life_, std::move(context)));
  }

 private:
  const World world_;
  const LifePtr life_;
};

// ---- The ledger, where the sink keeps its rows by itself until they are committed, as files do

class LedgerWriter final : public SinkWriter {
 public:
  explicit LedgerWriter(WriterKey writer) : writer_(std::move(writer)) {}
  StatusOr<bool> Write(const Batch& batch) override {
    for (const LedgerRow& row : RowsOf(batch)) rows_.push_back(row);
    return true;
  }
  StatusOr<bool> Flush() override { return true; }
  StatusOr<std::vector<std::string>> PrepareCommit(CheckpointId id) override {
    if (rows_.empty()) return std::vector<std::string>{};
    const LedgerSegment segment{{writer_, id.value()}, std::exchange(rows_, {})};
    return std::vector{segment.Encode()};
  }

 private:
  const WriterKey writer_;
  std::vector<LedgerRow> rows_;
};

class LedgerCommitter final : public SinkCommitter {
 public:
  explicit LedgerCommitter(World world) : world_(world) {}
  Status Commit(CheckpointId, const std::vector<std::string>& committables) override {
    for (const std::string& bytes : committables) {
      if (world_.database->down()) return UnavailableError("the database is down");
      const LedgerSegment segment = LedgerSegment::Decode(bytes);
      if (world_.ledger->Commit(segment.epoch)) {
        for (const LedgerRow& row : segment.rows) world_.ledger->Show(row);
      }
      // The answer is lost now and then: asked again, the database finds it done.
      if (world_.simulator->rng().Chance(0.05)) return UnavailableError("connection lost");
    }
    return OkStatus();
  }

 private:
  const World world_;
};

class LedgerSink final : public Sink {
 public:
  explicit LedgerSink(World world) : world_(world) {}
  Status Validate() override { return OkStatus(); }
  bool writes_ahead() const override { return world_.target != Target::kFiles; }
  StatusOr<std::unique_ptr<SinkTransaction>> Begin(const SinkEpoch& epoch, int64_t) override {
    auto target = world_.target == Target::kKafka
                      ? MakeKafkaTarget(world_.simulator, world_.kafka, epoch)
                      : MakePostgresTarget(world_.simulator, world_.postgres, epoch);
    SIM_TRACE(*world_.simulator) << NameOf(epoch) << " is to write " << epoch.id;
    auto transaction = BeginEpoch(std::move(target), epoch);
    SIM_TRACE(*world_.simulator) << NameOf(epoch) << ": "
                                 << (!transaction.ok() ? transaction.status().message()
                                     : *transaction    ? "begun"
                                                       : "it is there");
    return transaction;
  }
  StatusOr<std::unique_ptr<SinkWriter>> MakeWriter(SinkWriterContext context) override {
    return std::unique_ptr<SinkWriter>(std::make_unique<LedgerWriter>(WriterOf(context.identity)));
  }
  StatusOr<std::unique_ptr<SinkCommitter>> MakeCommitter(WriterIdentity) override {
    return std::unique_ptr<SinkCommitter>(std::make_unique<LedgerCommitter>(world_));
  }

 private:
  const World world_;
};

}  // namespace

std::unique_ptr<Sink> MakeTotalsSink(const World& world, const LifePtr& life) {
  return std::make_unique<TotalsSink>(world, life);
}

std::unique_ptr<Sink> MakeLedgerSink(const World& world) {
  return std::make_unique<LedgerSink>(world);
}

}  // namespace weir::sim
