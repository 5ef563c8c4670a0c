#include "connectors/kafka/kafka_transaction.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstdlib>

#include "common/base/failpoint.h"
#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_handles.h"

namespace weir {
namespace {

constexpr int kTransactionTimeoutMs = 60'000;
constexpr int kAbortMs = 10'000;

rdkafka::PartitionList OnePartition(const std::string& topic, int64_t offset) {
  rdkafka::PartitionList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), 0)->offset = offset;
  return list;
}

// An open transaction that nobody ends holds readers back until this time is over, so no longer
// than it may take: a second for each MB, and not less than a message may. Brokers allow 15 minutes
// unless told otherwise.
std::string TransactionTimeoutMs(const KafkaSinkOptions& options, int64_t bytes) {
  int64_t timeout = std::min<int64_t>(60'000 + bytes / 1000, 900'000);
  for (const char* key : {"delivery.timeout.ms", "message.timeout.ms"}) {
    auto found = options.properties.find(key);
    if (found != options.properties.end()) {
      timeout = std::max<int64_t>(timeout, std::atoll(found->second.c_str()));
    }
  }
  return std::to_string(timeout);
}

StatusOr<std::unique_ptr<KafkaProducer>> MakeProducer(const KafkaSinkOptions& options,
                                                      int32_t subtask, const std::string& name,
                                                      int64_t bytes) {
  std::vector<KafkaClient::Extra> fixed = {{"transactional.id", name}};
  if (!options.properties.contains("transaction.timeout.ms")) {
    fixed.push_back({"transaction.timeout.ms", TransactionTimeoutMs(options, bytes)});
  }
  return KafkaProducer::Make(options, subtask, nullptr, fixed);
}

}  // namespace

StatusOr<std::unique_ptr<SinkTransaction>> KafkaTransaction::Begin(const KafkaSinkOptions& options,
                                                                   const TableInfo& table,
                                                                   const SinkEpoch& epoch,
                                                                   int64_t bytes) {
  std::unique_ptr<KafkaTransaction> out(new KafkaTransaction(options));
  out->name_ = options.transactional_id_prefix + "-" + epoch.lineage + "-" + epoch.sink_uid + "-" +
               std::to_string(epoch.subtask);
  out->topic_ = options.topics.names[0];
  ASSIGN_OR_RETURN(out->encoder_, KafkaRecordEncoder::Make(table, options));
  ASSIGN_OR_RETURN(out->producer_, MakeProducer(options, epoch.subtask, out->name_, bytes));
  return BeginEpoch(std::move(out), epoch);
}

Status KafkaTransaction::TakeOver() {
  RETURN_IF_ERROR(Failpoint("kafka-init"));
  rd_kafka_error_t* error =
      rd_kafka_init_transactions(producer_->client().get(), kTransactionTimeoutMs);
  return error ? Failure(error, "take over the transactional id") : OkStatus();
}

Status KafkaTransaction::CheckProperties(const KafkaSinkOptions& options) {
  return MakeProducer(options, 0, options.transactional_id_prefix, 0).status();
}

StatusOr<int64_t> KafkaTransaction::ReadNote() {
  // With 'read_committed' the broker does not answer while a transaction that sets the offset is
  // about to end.
  ASSIGN_OR_RETURN(std::unique_ptr<KafkaClient> client,
                   KafkaClient::Make(KafkaClient::Kind::kConsumer, options_,
                                     {{"group.id", name_}, {"isolation.level", "read_committed"}}));
  rdkafka::PartitionList list = OnePartition(topic_, RD_KAFKA_OFFSET_INVALID);
  rd_kafka_resp_err_t error = rd_kafka_committed(client->get(), list.get(), kTransactionTimeoutMs);
  if (!error) error = list->elems[0].err;
  if (error) return client->Error(error, "cannot read the offset of the group '" + name_ + "'");
  return std::max<int64_t>(list->elems[0].offset, 0);
}

std::string KafkaTransaction::NoteName() const {
  return "the offset of the group '" + name_ + "' for the topic '" + topic_ +
         "', partition 0, in Kafka at " + options_.servers;
}

Status KafkaTransaction::Begin() {
  RETURN_IF_ERROR(Failpoint("kafka-begin"));
  if (rd_kafka_error_t* error = rd_kafka_begin_transaction(producer_->client().get())) {
    return Failure(error, "begin");
  }
  open_ = true;
  return OkStatus();
}

Status KafkaTransaction::Write(const Batch& batch) {
  RETURN_IF_ERROR(Failpoint("kafka-produce"));
  encoder_->Begin(batch);
  for (size_t row = 0; row < batch.rows(); ++row) {
    RETURN_IF_ERROR(encoder_->Encode(row, record_));
    while (true) {
      ASSIGN_OR_RETURN(bool sent, producer_->Send(record_));
      if (sent) break;
      RETURN_IF_ERROR(producer_->TakeReports(KafkaProducer::kWaitMs));
    }
  }
  return producer_->TakeReports();
}

Status KafkaTransaction::WriteNote(int64_t epoch) {
  // The client reports failures of messages by the delivery timeout at the latest.
  while (producer_->in_flight() > 0)
    RETURN_IF_ERROR(producer_->TakeReports(KafkaProducer::kWaitMs));
  RETURN_IF_ERROR(producer_->TakeReports());
  RETURN_IF_ERROR(Failpoint("kafka-note"));
  rdkafka::PartitionList list = OnePartition(topic_, epoch);
  rd_kafka_consumer_group_metadata_t* group = rd_kafka_consumer_group_metadata_new(name_.c_str());
  rd_kafka_error_t* error = rd_kafka_send_offsets_to_transaction(
      producer_->client().get(), list.get(), group, kTransactionTimeoutMs);
  rd_kafka_consumer_group_metadata_destroy(group);
  return error ? Failure(error, "note the checkpoint") : OkStatus();
}

Status KafkaTransaction::Commit() {
  RETURN_IF_ERROR(Failpoint("kafka-commit"));
  if (rd_kafka_error_t* error =
          rd_kafka_commit_transaction(producer_->client().get(), kTransactionTimeoutMs)) {
    return Failure(error, "commit");
  }
  open_ = false;
  return OkStatus();
}

KafkaTransaction::~KafkaTransaction() {
  if (!open_) return;
  // If it cannot be told to the broker now, the next to take over the id, or the broker's timeout.
  rd_kafka_error_t* error = rd_kafka_abort_transaction(producer_->client().get(), kAbortMs);
  if (error) rd_kafka_error_destroy(error);
}

Status KafkaTransaction::Failure(rd_kafka_error_t* error, const std::string& what) const {
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  const std::string text = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  const std::string step = "cannot " + what + " (transaction '" + name_ + "')";
  switch (code) {
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
      return AbortedError(step + ": another writer has taken it over");
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
      return InvalidArgumentError(
          step + ": " + text +
          "; the broker allows 'transaction.max.timeout.ms': set "
          "'properties.transaction.timeout.ms' of the table to at most that");
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return PermissionDeniedError(step + ": " + text + "; grant WRITE and DESCRIBE on it");
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return PermissionDeniedError(step + ": " + text + "; grant READ on the group of this name");
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      return producer_->client().Error(code, step);
    default:
      // Whatever it was: the transaction did or did not take place, and the next finds out.
      return UnavailableError(step + ": " + text);
  }
}

}  // namespace weir
