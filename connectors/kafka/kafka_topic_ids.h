#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_client.h"

struct rd_kafka_queue_s;

namespace weir {

// Asks the brokers for the ids of topics without waiting: a topic that is deleted and made again
// under its name gets another one. Of one thread, except `wake`.
class KafkaTopicIds {
 public:
  struct Topic {
    int error = 0;   // librdkafka's, such as that there is no such topic
    std::string id;  // empty: brokers before 2.8 give none
  };
  using Topics = std::map<std::string, Topic>;

  // `wake`, from any thread: Take may have an answer.
  KafkaTopicIds(const KafkaClient& client, std::function<void()> wake);
  ~KafkaTopicIds();
  KafkaTopicIds(const KafkaTopicIds&) = delete;
  KafkaTopicIds& operator=(const KafkaTopicIds&) = delete;

  void Ask(std::vector<std::string> topics);
  bool asking() const { return !asked_.empty(); }
  // The answer, once. While no broker gives one they are asked again.
  std::optional<Topics> Take();

 private:
  void Send();

  const KafkaClient& client_;
  const std::function<void()> wake_;
  rd_kafka_queue_s* const queue_;
  std::vector<std::string> asked_;
};

}  // namespace weir
