#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/data/batch_builder.h"
#include "connectors/kafka/kafka.h"
#include "connectors/testing/recording_output.h"

// Against librdkafka's own simulated cluster, whose coordinators can be moved and whose answers can
// be chosen at will: what a broker that is killed does once in a minute happens here many times in
// a second, also to sanitizers.

namespace weir {
namespace {

constexpr int kBrokers = 3;
constexpr int16_t kProduce = 0, kFindCoordinator = 10, kInitProducerId = 22, kAddOffsetsToTxn = 25,
                  kEndTxn = 26, kTxnOffsetCommit = 28;

class Cluster {
 public:
  explicit Cluster(int partitions)
      : handle_(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0)),
        mock_(rd_kafka_mock_cluster_new(handle_, kBrokers)) {
    rd_kafka_mock_topic_create(mock_, "t", partitions, kBrokers);
  }
  ~Cluster() {
    rd_kafka_mock_cluster_destroy(mock_);
    rd_kafka_destroy(handle_);
  }
  TableInfo Table() const {
    return TableOf({{"v", DataType::String()}}, {{"connector", "kafka"},
                                                 {"topic", "t"},
                                                 {"properties.bootstrap.servers", servers()},
                                                 {"format", "raw"},
                                                 {"sink.delivery-guarantee", "exactly-once"},
                                                 {"sink.transactional-id-prefix", "p"}});
  }
  void RefuseNext(int16_t request, rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NOT_COORDINATOR) {
    rd_kafka_mock_push_request_errors(mock_, request, 1, error);
  }
  void RefuseNothing(int16_t request) { rd_kafka_mock_clear_request_errors(mock_, request); }
  void MoveCoordinator(const char* kind, const std::string& name, int32_t broker) {
    rd_kafka_mock_coordinator_set(mock_, kind, name.c_str(), broker);
  }
  void MoveCoordinators(const std::string& name, int32_t broker) {
    for (const char* kind : {"transaction", "group"}) MoveCoordinator(kind, name, broker);
  }
  void MoveLeader(int partition, int32_t broker) {
    rd_kafka_mock_partition_set_leader(mock_, "t", partition, broker);
  }
  // The one after the next such request.
  void RefuseSecond(int32_t broker, int16_t request, rd_kafka_resp_err_t error) {
    rd_kafka_mock_broker_push_request_error_rtts(mock_, broker, request, 2,
                                                 RD_KAFKA_RESP_ERR_NO_ERROR, 0, error, 0);
  }
  void Down(int32_t broker) { rd_kafka_mock_broker_set_down(mock_, broker); }
  // Nobody is told of it any more; its connections stay.
  void Forget(int32_t broker) { rd_kafka_mock_broker_remove_from_metadata(mock_, broker); }

 private:
  std::string servers() const { return rd_kafka_mock_cluster_bootstraps(mock_); }

  rd_kafka_t* const handle_;
  rd_kafka_mock_cluster_t* const mock_;
};

Batch Rows(const TableInfo& table, int count) {
  BatchBuilder rows(table.schema);
  for (int i = 0; i < count; ++i) rows.AppendRow({std::to_string(i)});
  return rows.Finish();
}

TEST(KafkaCoordinatorTest, TransactionsOfManyWritersWhileCoordinatorsMove) {
  constexpr int kWriters = 6, kCommits = 2;
  Cluster cluster(2);
  const TableInfo table = cluster.Table();
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
    RETURN_IF_ERROR(transaction->Write(Rows(table, 20)));
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

// librdkafka (2.15.1) frees what it keeps about a fatal error when its main thread ends, and once
// more when the answer of one more partition says the same to a broker's thread meanwhile.
TEST(KafkaCoordinatorTest, AWriterThatIsShutOutGoesWhileAnswersOfOtherPartitionsCome) {
  constexpr int kWriters = 4, kRounds = 25, kPartitions = 12;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([] {
      Cluster cluster(kPartitions);
      TableInfo table = cluster.Table();
      table.options["sink.partitioner"] = "round-robin";
      StatusOr<std::unique_ptr<Sink>> sink = KafkaConnector().make_sink(table);
      ASSERT_EQ(sink.status(), OkStatus());
      for (int round = 0; round < kRounds; ++round) {
        cluster.RefuseNothing(kProduce);
        const SinkEpoch epoch = {.lineage = "l", .sink_uid = "s", .id = 1};
        StatusOr<std::unique_ptr<SinkTransaction>> transaction = (*sink)->Begin(epoch, 1000);
        ASSERT_EQ(transaction.status(), OkStatus());
        for (int i = 0; i < kPartitions; ++i) {
          cluster.RefuseNext(kProduce, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH);
        }
        Status written = (*transaction)->Write(Rows(table, 4 * kPartitions));
        if (written.ok()) written = (*transaction)->Commit();
        EXPECT_EQ(written.code(), StatusCode::kAborted) << written;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
}

// The first commit of a sink on `cluster`, whose transactional id and group are "p-l-s-0".
Status CommitOne(const TableInfo& table, const std::function<void()>& before_the_note) {
  ASSIGN_OR_RETURN(std::unique_ptr<Sink> sink, KafkaConnector().make_sink(table));
  const SinkEpoch epoch = {.lineage = "l", .sink_uid = "s", .id = 1};
  ASSIGN_OR_RETURN(std::unique_ptr<SinkTransaction> transaction, sink->Begin(epoch, 1000));
  RETURN_IF_ERROR(transaction->Write(Rows(table, 20)));
  before_the_note();
  return transaction->Commit();
}

void UseBrokerThreeForTheNoteOnly(Cluster& cluster) {
  cluster.MoveLeader(0, 1);
  cluster.MoveCoordinator("transaction", "p-l-s-0", 1);
  cluster.MoveCoordinator("group", "p-l-s-0", 3);
}

// These waited for ever before deploy/lib/librdkafka.patch.
TEST(KafkaCoordinatorTest, TheCoordinatorOfTheNoteStaysAway) {
  Cluster cluster(1);
  UseBrokerThreeForTheNoteOnly(cluster);
  TableInfo table = cluster.Table();
  table.options["properties.transaction.timeout.ms"] = "2000";
  table.options["properties.delivery.timeout.ms"] = "2000";
  const Status committed = CommitOne(table, [&] { cluster.Down(3); });
  EXPECT_EQ(committed.code(), StatusCode::kUnavailable) << committed;
}

// The client did not end: who asked kept hold of the broker it had waited for.
TEST(KafkaCoordinatorTest, TheCoordinatorOfTheNoteStaysAwayAndMayNotBeAskedForAgain) {
  Cluster cluster(1);
  UseBrokerThreeForTheNoteOnly(cluster);
  const Status committed = CommitOne(cluster.Table(), [&] {
    cluster.RefuseSecond(1, kFindCoordinator, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
    cluster.Down(2);
    cluster.Down(3);
  });
  EXPECT_EQ(committed.code(), StatusCode::kPermissionDenied) << committed;
}

TEST(KafkaCoordinatorTest, TheCoordinatorOfTheNoteGoesForGoodBeforeItIsReached) {
  Cluster cluster(1);
  UseBrokerThreeForTheNoteOnly(cluster);
  TableInfo table = cluster.Table();
  table.options["properties.topic.metadata.refresh.interval.ms"] = "20";
  std::thread goes;
  const Status committed = CommitOne(table, [&] {
    cluster.Down(3);
    goes = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      cluster.MoveCoordinator("group", "p-l-s-0", 1);
      cluster.Forget(3);
    });
  });
  EXPECT_EQ(committed, OkStatus());
  goes.join();
}

}  // namespace
}  // namespace weir
