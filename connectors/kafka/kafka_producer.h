#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_record.h"
#include "connectors/kafka/kafka_sink_options.h"

struct rd_kafka_queue_s;
struct rd_kafka_topic_s;

namespace weir {

// Sends messages to the topics of a table. Used by one thread at a time; never waits, if not told
// to. Unless the table's guarantee is 'none' every message is acknowledged by all replicas and
// comes once and in order, whatever the client has to send again.
class KafkaProducer {
 public:
  // `subtask` of the sink, for the partitioner 'fixed'. `wake` (may be empty) is called by a thread
  // of the client when something was delivered or failed. Touches nothing outside.
  static StatusOr<std::unique_ptr<KafkaProducer>> Make(
      const KafkaSinkOptions& options, int32_t subtask, std::function<void()> wake,
      const std::vector<KafkaClient::Extra>& fixed = {});
  ~KafkaProducer();
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  // False: the client's queue is full; again after `wake`.
  StatusOr<bool> Send(const KafkaRecord& record);
  // How long to wait for reports at a time where there is nothing else to do.
  static constexpr int kWaitMs = 100;
  // Takes the reports of what was delivered, after waiting for one this long at most. The first
  // failure, which stays: it names the topic, the partition and what to do.
  Status TakeReports(int wait_ms = 0);
  // Messages not reported yet.
  size_t in_flight() const { return in_flight_; }
  const KafkaClient& client() const { return *client_; }

 private:
  // Where a topic's messages go; read by threads of the client.
  struct Topic {
    rd_kafka_topic_s* handle = nullptr;
    int32_t subtask = 0;
    std::atomic<uint32_t> next = 0;  // of round-robin
  };

  explicit KafkaProducer(std::function<void()> wake) : wake_(std::move(wake)) {}
  StatusOr<Topic*> FindTopic(const std::string& name);
  Status Failure(int error, const std::string& topic, int32_t partition, size_t bytes) const;

  std::function<void()> wake_;
  KafkaSinkOptions::Partitioner partitioner_ = KafkaSinkOptions::Partitioner::kDefault;
  int32_t subtask_ = 0;
  std::string servers_, table_;
  std::map<std::string, std::unique_ptr<Topic>> topics_;
  std::unique_ptr<KafkaClient> client_;
  rd_kafka_queue_s* queue_ = nullptr;
  size_t in_flight_ = 0;
  Status failed_;
};

}  // namespace weir
