#include "connectors/kafka/kafka_topic_ids.h"

#include <librdkafka/rdkafka.h>

#include <memory>
#include <utility>

#include "connectors/kafka/kafka_handles.h"

namespace weir {
namespace {

void OnAnswer(rd_kafka_t*, void* opaque) {
  const auto* wake = static_cast<const std::function<void()>*>(opaque);
  if (*wake) (*wake)();
}

std::string Text(const rd_kafka_Uuid_t* id) {
  const bool none = !id || (rd_kafka_Uuid_most_significant_bits(id) == 0 &&
                            rd_kafka_Uuid_least_significant_bits(id) == 0);
  return none ? "" : rd_kafka_Uuid_base64str(id);
}

}  // namespace

KafkaTopicIds::KafkaTopicIds(const KafkaClient& client, std::function<void()> wake)
    : client_(client), wake_(std::move(wake)), queue_(rd_kafka_queue_new(client.get())) {
  rd_kafka_queue_cb_event_enable(queue_, OnAnswer,
                                 const_cast<std::function<void()>*>(&wake_));  // NOLINT: C
}

KafkaTopicIds::~KafkaTopicIds() {
  rd_kafka_queue_cb_event_enable(queue_, nullptr, nullptr);
  rd_kafka_queue_destroy(queue_);
}

void KafkaTopicIds::Ask(std::vector<std::string> topics) {
  asked_ = std::move(topics);
  Send();
}

void KafkaTopicIds::Send() {
  std::vector<const char*> names;
  for (const std::string& name : asked_) names.push_back(name.c_str());
  rd_kafka_TopicCollection_t* topics =
      rd_kafka_TopicCollection_of_topic_names(names.data(), names.size());
  rd_kafka_DescribeTopics(client_.get(), topics, nullptr, queue_);
  rd_kafka_TopicCollection_destroy(topics);
}

std::optional<KafkaTopicIds::Topics> KafkaTopicIds::Take() {
  rdkafka::Event event(rd_kafka_queue_poll(queue_, 0));
  const rd_kafka_DescribeTopics_result_t* result =
      event ? rd_kafka_event_DescribeTopics_result(event.get()) : nullptr;
  if (!result) return std::nullopt;
  if (rd_kafka_event_error(event.get())) {
    Send();
    return std::nullopt;
  }
  Topics out;
  size_t count = 0;
  const rd_kafka_TopicDescription_t** topics =
      rd_kafka_DescribeTopics_result_topics(result, &count);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_error_t* error = rd_kafka_TopicDescription_error(topics[i]);
    out[rd_kafka_TopicDescription_name(topics[i])] = {
        .error = rd_kafka_error_code(error),
        .id = Text(rd_kafka_TopicDescription_topic_id(topics[i]))};
  }
  asked_.clear();
  return out;
}

}  // namespace weir
