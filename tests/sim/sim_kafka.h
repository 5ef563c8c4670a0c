#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "connectors/epoch_transaction.h"
#include "tests/sim/outside.h"
#include "tests/sim/simulator.h"

namespace weir::sim {

// A Kafka cluster: a topic, transactional producers, consumer groups, and one reader of committed
// messages that is always there. What a broker of version 3 answers; requests arrive one by one.
class SimKafka {
 public:
  SimKafka(Simulator* simulator, Ledger* ledger) : simulator_(*simulator), ledger_(*ledger) {}

  void SetDown(bool down) { down_ = down; }

  // Takes the transactional id over: what is open under it is aborted, who had it is fenced.
  // Returns the producer's epoch; kAborted while a transaction of it is about to end.
  StatusOr<int64_t> InitProducer(const std::string& id, int64_t timeout_us);
  // `epoch`: what the rows belong to, which a broker would not know.
  Status Produce(const std::string& id, int64_t producer, const EpochKey& epoch,
                 const std::vector<LedgerRow>& rows);
  // Of the group that has the producer's name.
  Status SendOffset(const std::string& id, int64_t producer, const EpochKey& epoch, int64_t offset);
  Status EndTransaction(const std::string& id, int64_t producer, bool commit);
  // 0: none. kAborted while a transaction that sets it is about to end.
  StatusOr<int64_t> FetchOffset(const std::string& group) const;

 private:
  static constexpr size_t kPartitions = 2;
  enum class State { kOpen, kCommitted, kAborted };
  struct Transaction {
    EpochKey epoch;
    State state = State::kOpen;
    State in_partition[kPartitions] = {State::kOpen, State::kOpen};
    int64_t offset = 0;  // to be set; 0: none
    int to_end = 0;      // markers that are still to be written
  };
  using TransactionPtr = std::shared_ptr<Transaction>;
  struct Producer {
    int64_t epoch = 0;
    int64_t timeout_us = 0;
    TransactionPtr transaction;  // the last
  };
  struct Message {
    TransactionPtr transaction;
    LedgerRow row;
    int64_t number = 0;  // in the order in which it was written
  };
  struct Partition {
    std::vector<Message> log;
    size_t read = 0;                                          // the reader's position
    std::map<WriterKey, std::pair<int64_t, int64_t>> newest;  // that it saw: checkpoint, number
  };

  // Null with an error when the producer may not write any more. Begins a transaction where none
  // is.
  StatusOr<TransactionPtr> Open(const std::string& id, int64_t producer, const EpochKey& epoch);
  void End(const std::string& id, const TransactionPtr& transaction, bool commit);
  void WriteMarker(size_t partition, const TransactionPtr& transaction);
  // Reads on up to the last stable offset.
  void Read(Partition& partition, size_t number);

  Simulator& simulator_;
  Ledger& ledger_;
  bool down_ = false;
  int64_t written_ = 0;
  std::map<std::string, Producer> producers_;
  std::map<std::string, int64_t> offsets_;
  Partition partitions_[kPartitions];
};

// Its client, for one epoch: as connectors/kafka/kafka_transaction.
std::unique_ptr<EpochTarget> MakeKafkaTarget(Simulator* simulator, SimKafka* kafka,
                                             const SinkEpoch& epoch);

}  // namespace weir::sim
