#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/data/batch_builder.h"
#include "connectors/kafka/kafka.h"
#include "connectors/testing/recording_output.h"

// Against librdkafka's own simulated cluster, whose coordinators can be moved at will: what a
// broker that is killed does once in a minute happens here many times in a second, also to
// sanitizers.

namespace weir {
namespace {

constexpr int kBrokers = 3;
constexpr int16_t kInitProducerId = 22, kAddOffsetsToTxn = 25, kEndTxn = 26, kTxnOffsetCommit = 28;

class Cluster {
 public:
  Cluster()
      : handle_(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0)),
        mock_(rd_kafka_mock_cluster_new(handle_, kBrokers)) {
    rd_kafka_mock_topic_create(mock_, "t", 2, kBrokers);
  }
  ~Cluster() {
    rd_kafka_mock_cluster_destroy(mock_);
    rd_kafka_destroy(handle_);
  }
  std::string servers() const { return rd_kafka_mock_cluster_bootstraps(mock_); }
  void RefuseNext(int16_t request) {
    rd_kafka_mock_push_request_errors(mock_, request, 1, RD_KAFKA_RESP_ERR_NOT_COORDINATOR);
  }
  void MoveCoordinators(const std::string& name, int32_t broker) {
    for (const char* kind : {"transaction", "group"}) {
      rd_kafka_mock_coordinator_set(mock_, kind, name.c_str(), broker);
    }
  }

 private:
  rd_kafka_t* const handle_;
  rd_kafka_mock_cluster_t* const mock_;
};

TEST(KafkaCoordinatorTest, TransactionsOfManyWritersWhileCoordinatorsMove) {
  constexpr int kWriters = 6, kCommits = 2;
  Cluster cluster;
  TableInfo table =
      TableOf({{"v", DataType::String()}}, {{"connector", "kafka"},
                                            {"topic", "t"},
                                            {"properties.bootstrap.servers", cluster.servers()},
                                            {"format", "raw"},
                                            {"sink.delivery-guarantee", "exactly-once"},
                                            {"sink.transactional-id-prefix", "p"}});
  // The simulated cluster forgets the note: each commit is the first of a lineage of its own.
  const auto commit = [&](int writer, int number) -> Status {
    ASSIGN_OR_RETURN(std::unique_ptr<Sink> sink, KafkaConnector().make_sink(table));
    const SinkEpoch epoch = {.lineage = std::to_string(number),
                             .sink_uid = "s",
                             .subtask = writer,
                             .id = 1,
                             .previous = 0};
    ASSIGN_OR_RETURN(std::unique_ptr<SinkTransaction> transaction, sink->Begin(epoch, 1000));
    if (!transaction) return InternalError("it was not written yet");
    BatchBuilder rows(table.schema);
    for (int i = 0; i < 20; ++i) rows.AppendRow({std::to_string(i)});
    RETURN_IF_ERROR(transaction->Write(rows.Finish()));
    // One that is dropped as it is, for the next to take over.
    if (number == 1 && writer % 2 == 0) return OkStatus();
    return transaction->Commit();
  };
  std::atomic<int> committed = 0;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int number = 0; number < kCommits; ++number) {
        Status status = commit(writer, number);
        for (int i = 0; i < 20 && status.code() == StatusCode::kUnavailable; ++i) {
          status = commit(writer, number);
        }
        EXPECT_EQ(status, OkStatus());
        ++committed;
      }
    });
  }
  for (int round = 0; committed < kWriters * kCommits; ++round) {
    for (int16_t request : {kInitProducerId, kAddOffsetsToTxn, kEndTxn, kTxnOffsetCommit}) {
      if (round % 3 == 0) cluster.RefuseNext(request);
    }
    for (int writer = 0; writer < kWriters; ++writer) {
      cluster.MoveCoordinators(
          "p-" + std::to_string(round % kCommits) + "-s-" + std::to_string(writer),
          1 + (round + writer) % kBrokers);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
  }
  for (std::thread& writer : writers) writer.join();
}

}  // namespace
}  // namespace weir
