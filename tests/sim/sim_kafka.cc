#include "tests/sim/sim_kafka.h"

#include <algorithm>
#include <utility>

#include "tests/sim/fiber.h"
#include "tests/sim/sim_sinks.h"

namespace weir::sim {

// ---- The cluster

StatusOr<int64_t> SimKafka::InitProducer(const std::string& id, int64_t timeout_us) {
  if (down_) return UnavailableError("Kafka is down");
  Producer& producer = producers_[id];
  if (producer.transaction != nullptr) {
    if (producer.transaction->state == State::kOpen) {
      ++producer.epoch;  // whoever began it is fenced before it is aborted
      End(id, producer.transaction, false);
    }
    if (producer.transaction->to_end > 0) return AbortedError("a transaction is about to end");
  }
  producer.timeout_us = timeout_us;
  producer.transaction = nullptr;
  return ++producer.epoch;
}

StatusOr<SimKafka::TransactionPtr> SimKafka::Open(const std::string& id, int64_t producer,
                                                  const EpochKey& epoch) {
  if (down_) return UnavailableError("Kafka is down");
  Producer& mine = producers_[id];
  if (mine.epoch != producer) return FailedPreconditionError("fenced");
  if (mine.transaction != nullptr && mine.transaction->state == State::kOpen) {
    return mine.transaction;
  }
  if (mine.transaction != nullptr && mine.transaction->to_end > 0) {
    return AbortedError("a transaction is about to end");
  }
  mine.transaction = std::make_shared<Transaction>();
  mine.transaction->epoch = epoch;
  simulator_.After(mine.timeout_us, [this, id, transaction = mine.transaction] {
    if (transaction->state != State::kOpen) return;
    SIM_TRACE(simulator_) << "the transaction of " << id << " has timed out";
    ++producers_[id].epoch;  // its producer is fenced
    End(id, transaction, false);
  });
  return mine.transaction;
}

Status SimKafka::Produce(const std::string& id, int64_t producer, const EpochKey& epoch,
                         const std::vector<LedgerRow>& rows) {
  ASSIGN_OR_RETURN(const TransactionPtr transaction, Open(id, producer, epoch));
  for (const LedgerRow& row : rows) {
    Partition& partition = partitions_[static_cast<size_t>(row.key) % kPartitions];
    partition.log.push_back({transaction, row, ++written_});
  }
  return OkStatus();
}

Status SimKafka::SendOffset(const std::string& id, int64_t producer, const EpochKey& epoch,
                            int64_t offset) {
  ASSIGN_OR_RETURN(const TransactionPtr transaction, Open(id, producer, epoch));
  transaction->offset = offset;
  return OkStatus();
}

Status SimKafka::EndTransaction(const std::string& id, int64_t producer, bool commit) {
  if (down_) return UnavailableError("Kafka is down");
  Producer& mine = producers_[id];
  if (mine.epoch != producer) return FailedPreconditionError("fenced");
  if (mine.transaction == nullptr) return FailedPreconditionError("no transaction is open");
  Transaction& transaction = *mine.transaction;
  if (transaction.state == State::kOpen) {
    End(id, mine.transaction, commit);
    return OkStatus();
  }
  const State asked = commit ? State::kCommitted : State::kAborted;
  if (transaction.to_end > 0) return AbortedError("the transaction is about to end");
  if (transaction.state == asked) return OkStatus();  // asked for again
  return FailedPreconditionError("the transaction has ended otherwise");
}

StatusOr<int64_t> SimKafka::FetchOffset(const std::string& group) const {
  if (down_) return UnavailableError("Kafka is down");
  const auto producer = producers_.find(group);
  if (producer != producers_.end() && producer->second.transaction != nullptr) {
    const Transaction& last = *producer->second.transaction;
    const bool over = last.state != State::kOpen && last.to_end == 0;
    if (last.offset != 0 && !over) return AbortedError("the offset is about to change");
  }
  const auto it = offsets_.find(group);
  return it == offsets_.end() ? 0 : it->second;
}

// From here on it is decided; readers and groups hear of it bit by bit.
void SimKafka::End(const std::string& id, const TransactionPtr& transaction, bool commit) {
  transaction->state = commit ? State::kCommitted : State::kAborted;
  SIM_TRACE(simulator_) << id << (commit ? " commits " : " aborts ")
                        << transaction->epoch.checkpoint;
  if (commit) ledger_.Commit(transaction->epoch);
  const auto delay = [this] {
    Rng& rng = simulator_.rng();
    return rng.Chance(0.05) ? rng.Between(10'000, 800'000) : rng.Between(50, 3000);
  };
  transaction->to_end = kPartitions + 1;
  for (size_t i = 0; i < kPartitions; ++i) {
    simulator_.After(delay(), [this, i, transaction] { WriteMarker(i, transaction); });
  }
  simulator_.After(delay(), [this, id, transaction] {
    --transaction->to_end;
    if (transaction->state == State::kCommitted && transaction->offset != 0) {
      offsets_[id] = transaction->offset;
    }
  });
}

void SimKafka::WriteMarker(size_t partition, const TransactionPtr& transaction) {
  --transaction->to_end;
  transaction->in_partition[partition] = transaction->state;
  Read(partitions_[partition], partition);
}

void SimKafka::Read(Partition& partition, size_t number) {
  while (partition.read < partition.log.size()) {
    const Message& message = partition.log[partition.read];
    const State state = message.transaction->in_partition[number];
    if (state == State::kOpen) return;  // the last stable offset
    ++partition.read;
    if (state == State::kAborted) continue;
    ledger_.Show(message.row);
    const EpochKey& epoch = message.transaction->epoch;
    auto& newest = partition.newest[epoch.writer];
    const std::pair now{epoch.checkpoint, message.number};
    if (now <= newest) simulator_.Violation("a reader of Kafka sees an older row after a newer");
    newest = now;
  }
}

// ---- The client

namespace {

constexpr int64_t kRetryUs = 20'000;
constexpr int kTries = 50;
constexpr size_t kRowsPerRequest = 30;

class KafkaTarget final : public EpochTarget {
 public:
  KafkaTarget(Simulator* simulator, SimKafka* kafka, const SinkEpoch& epoch)
      : simulator_(*simulator), kafka_(*kafka), epoch_(KeyOf(epoch)), name_(NameOf(epoch)) {}
  ~KafkaTarget() override {
    if (!open_) return;
    simulator_.After(1000, [&kafka = kafka_, name = name_, producer = producer_] {
      (void)kafka.EndTransaction(name, producer, false);
    });
  }

  Status TakeOver() override {
    const int64_t timeout = simulator_.rng().Between(3, 30) * 1'000'000;
    ASSIGN_OR_RETURN(producer_, Retry<StatusOr<int64_t>>([&kafka = kafka_, name = name_, timeout] {
                       return kafka.InitProducer(name, timeout);
                     }));
    return OkStatus();
  }
  StatusOr<int64_t> ReadNote() override {
    return Retry<StatusOr<int64_t>>(
        [&kafka = kafka_, name = name_] { return kafka.FetchOffset(name); });
  }
  std::string NoteName() const override { return "the offset of " + name_; }
  Status Begin() override {
    open_ = true;
    return OkStatus();
  }
  Status Write(const Batch& batch) override {
    for (const LedgerRow& row : RowsOf(batch)) rows_.push_back(row);
    return rows_.size() < kRowsPerRequest ? OkStatus() : Send();
  }
  Status WriteNote(int64_t epoch) override {
    if (!rows_.empty()) RETURN_IF_ERROR(Send());
    return Retry<Status>([&kafka = kafka_, name = name_, producer = producer_, key = epoch_,
                          epoch] { return kafka.SendOffset(name, producer, key, epoch); });
  }
  Status Commit() override {
    RETURN_IF_ERROR(Retry<Status>([&kafka = kafka_, name = name_, producer = producer_] {
      return kafka.EndTransaction(name, producer, true);
    }));
    open_ = false;
    return OkStatus();
  }

 private:
  Status Send() {
    return Retry<Status>([&kafka = kafka_, name = name_, producer = producer_, epoch = epoch_,
                          rows = std::exchange(rows_, {}), done = std::make_shared<bool>(false)] {
      // Sent again it is found to be there: producers are idempotent.
      if (*done) return OkStatus();
      Status status = kafka.Produce(name, producer, epoch, rows);
      *done = status.ok();
      return status;
    });
  }

  static Status StatusOf(const Status& status) { return status; }
  static Status StatusOf(const StatusOr<int64_t>& status) { return status.status(); }

  // As the client does by itself: an answer that is lost is asked for once more, and what is about
  // to pass is waited for.
  template <class Answer>
  Answer Retry(std::function<Answer()> request) {
    int lost = 0;
    for (int i = 0; i < kTries; ++i) {
      std::optional<Answer> answer = Ask<Answer>(simulator_, request);
      if (!answer && ++lost == 2) break;
      if (answer && StatusOf(*answer).code() != StatusCode::kAborted) return *std::move(answer);
      Fiber::Current()->Sleep(kRetryUs);
    }
    return Answer(UnavailableError("Kafka does not answer"));
  }

  Simulator& simulator_;
  SimKafka& kafka_;
  const EpochKey epoch_;
  const std::string name_;
  int64_t producer_ = 0;
  std::vector<LedgerRow> rows_;  // not sent yet
  bool open_ = false;
};

}  // namespace

std::unique_ptr<EpochTarget> MakeKafkaTarget(Simulator* simulator, SimKafka* kafka,
                                             const SinkEpoch& epoch) {
  return std::make_unique<KafkaTarget>(simulator, kafka, epoch);
}

}  // namespace weir::sim
