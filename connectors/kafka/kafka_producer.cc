#include "connectors/kafka/kafka_producer.h"

#include <librdkafka/rdkafka.h>

#include <array>
#include <chrono>

namespace weir {
namespace {

constexpr std::chrono::seconds kReportsAtEnd(30);

void OnReports(rd_kafka_t*, void* opaque) {
  const auto* wake = static_cast<const std::function<void()>*>(opaque);
  if (*wake) (*wake)();
}

int32_t FixedPartition(const rd_kafka_topic_t*, const void*, size_t, int32_t partitions,
                       void* subtask, void*) {
  return *static_cast<const int32_t*>(subtask) % partitions;
}

int32_t NextPartition(const rd_kafka_topic_t*, const void*, size_t, int32_t partitions, void* next,
                      void*) {
  const uint32_t turn = static_cast<std::atomic<uint32_t>*>(next)->fetch_add(1);
  return static_cast<int32_t>(turn % static_cast<uint32_t>(partitions));
}

void* Bytes(const std::optional<std::string>& text) {
  // An empty text is not null.
  return text ? const_cast<char*>(text->data()) : nullptr;
}
size_t Size(const std::optional<std::string>& text) { return text ? text->size() : 0; }

}  // namespace

StatusOr<std::unique_ptr<KafkaProducer>> KafkaProducer::Make(
    const KafkaSinkOptions& options, int32_t subtask, std::function<void()> wake,
    const std::vector<KafkaClient::Extra>& fixed) {
  std::unique_ptr<KafkaProducer> producer(new KafkaProducer(std::move(wake)));
  producer->partitioner_ = options.partitioner;
  producer->subtask_ = subtask;
  producer->servers_ = options.servers;
  producer->table_ = options.table;
  // Java's partitions for the same keys, Java's memory and Java's patience.
  std::vector<KafkaClient::Extra> defaults = {{"partitioner", "murmur2_random"},
                                              {"queue.buffering.max.kbytes", "32768"}};
  if (options.guarantee != KafkaSinkOptions::Guarantee::kExactlyOnce) {
    defaults.push_back({"delivery.timeout.ms", "120000"});  // else the transaction's
  }
  if (options.partitioner != KafkaSinkOptions::Partitioner::kDefault) {
    // Or messages without a key are gathered for one partition at a time, without asking ours.
    defaults.push_back({"sticky.partitioning.linger.ms", "0"});
  }
  if (options.guarantee != KafkaSinkOptions::Guarantee::kNone) {
    defaults.push_back({"enable.idempotence", "true"});
  }
  ASSIGN_OR_RETURN(producer->client_,
                   KafkaClient::Make(KafkaClient::Kind::kProducer, options, fixed, defaults));
  producer->queue_ = rd_kafka_queue_get_main(producer->client_->get());
  rd_kafka_queue_cb_event_enable(producer->queue_, OnReports, &producer->wake_);
  return producer;
}

KafkaProducer::~KafkaProducer() {
  if (!queue_) return;
  rd_kafka_queue_cb_event_enable(queue_, nullptr, nullptr);
  // What was not sent is written again by whoever comes after.
  rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                     RD_KAFKA_PURGE_F_NON_BLOCKING);
  // Once all is reported no thread of the client has an answer at hand any more: to one that says
  // that another has taken over, a client about to end (librdkafka 2.15.1) answers by freeing what
  // it has freed before. Milliseconds, but where a broker's name is being looked up.
  const auto patience = std::chrono::steady_clock::now() + kReportsAtEnd;
  while (in_flight_ > 0 && std::chrono::steady_clock::now() < patience) (void)TakeReports(kWaitMs);
  rd_kafka_queue_destroy(queue_);
  for (auto& [name, topic] : topics_) rd_kafka_topic_destroy(topic->handle);
  client_.reset();  // before the topics, which its threads may still ask
}

StatusOr<KafkaProducer::Topic*> KafkaProducer::FindTopic(const std::string& name) {
  std::unique_ptr<Topic>& topic = topics_[name];
  if (topic) return topic.get();
  auto made = std::make_unique<Topic>();
  made->subtask = subtask_;
  rd_kafka_topic_conf_t* conf = rd_kafka_default_topic_conf_dup(client_->get());
  if (partitioner_ == KafkaSinkOptions::Partitioner::kFixed) {
    rd_kafka_topic_conf_set_opaque(conf, &made->subtask);
    rd_kafka_topic_conf_set_partitioner_cb(conf, FixedPartition);
  } else if (partitioner_ == KafkaSinkOptions::Partitioner::kRoundRobin) {
    rd_kafka_topic_conf_set_opaque(conf, &made->next);
    rd_kafka_topic_conf_set_partitioner_cb(conf, NextPartition);
  }
  made->handle = rd_kafka_topic_new(client_->get(), name.c_str(), conf);
  if (!made->handle) {
    rd_kafka_topic_conf_destroy(conf);
    return Failure(rd_kafka_last_error(), name, -1, 0);
  }
  topic = std::move(made);
  return topic.get();
}

StatusOr<bool> KafkaProducer::Send(const KafkaRecord& record) {
  ASSIGN_OR_RETURN(Topic * topic, FindTopic(record.topic));
  rd_kafka_headers_t* headers = nullptr;
  if (!record.headers.empty()) {
    headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), Bytes(value),
                          static_cast<ssize_t>(Size(value)));
    }
  }
  std::array<rd_kafka_vu_t, 7> values;
  size_t count = 0;
  auto next = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
    values[count].vtype = type;
    return values[count++];
  };
  next(RD_KAFKA_VTYPE_RKT).u.rkt = topic->handle;
  next(RD_KAFKA_VTYPE_PARTITION).u.i32 = RD_KAFKA_PARTITION_UA;
  next(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
  next(RD_KAFKA_VTYPE_KEY).u.mem = {Bytes(record.key), Size(record.key)};
  next(RD_KAFKA_VTYPE_VALUE).u.mem = {Bytes(record.value), Size(record.value)};
  next(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = record.timestamp_ms;
  if (headers) next(RD_KAFKA_VTYPE_HEADERS).u.headers = headers;
  rd_kafka_error_t* error = rd_kafka_produceva(client_->get(), values.data(), count);
  if (!error) {
    ++in_flight_;
    return true;
  }
  // The client owns the headers only of what it took.
  if (headers) rd_kafka_headers_destroy(headers);
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  failed_ = Failure(code, record.topic, -1, Size(record.key) + Size(record.value));
  return failed_;
}

Status KafkaProducer::TakeReports(int wait_ms) {
  for (; rd_kafka_event_t* event = rd_kafka_queue_poll(queue_, wait_ms); wait_ms = 0) {
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
      while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
        --in_flight_;
        if (!message->err || !failed_.ok()) continue;
        failed_ = Failure(message->err, rd_kafka_topic_name(message->rkt), message->partition,
                          message->len + message->key_len);
      }
    } else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR &&
               rd_kafka_event_error_is_fatal(event) && failed_.ok()) {
      failed_ = Failure(RD_KAFKA_RESP_ERR__FATAL, "", -1, 0);
    }
    rd_kafka_event_destroy(event);
  }
  return failed_;
}

Status KafkaProducer::Failure(int error, const std::string& topic, int32_t partition,
                              size_t bytes) const {
  std::string what = "cannot write";
  if (!topic.empty()) what += " to the topic '" + topic + "'";
  if (partition >= 0) what += ", partition " + std::to_string(partition);
  const std::string where = "table `" + table_ + "`: " + what + " (Kafka at " + servers_ + "): ";
  std::array<char, 512> fatal;
  const rd_kafka_resp_err_t fatal_error =
      rd_kafka_fatal_error(client_->get(), fatal.data(), fatal.size());
  // Whatever was reported first: messages that the client has dropped since say only that.
  if (fatal_error == RD_KAFKA_RESP_ERR__FENCED) {
    return AbortedError(where + "another writer has taken the transactional id over");
  }
  if (fatal_error) return UnavailableError(where + fatal.data());
  switch (static_cast<rd_kafka_resp_err_t>(error)) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return InvalidArgumentError(
          where + "a message of " + std::to_string(bytes) +
          " bytes is too large; raise 'properties.message.max.bytes' of the table and "
          "'max.message.bytes' of the topic, or write smaller rows");
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return NotFoundError(where + "it does not exist; make it, then start the job again");
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return PermissionDeniedError(where + "the user may not write to it; grant WRITE on it");
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
      return client_->Error(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
    default:
      return client_->Error(error, what);
  }
}

}  // namespace weir
