#include "connectors/kafka/kafka_topics.h"

#include <librdkafka/rdkafka.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <memory>

#include "common/base/nearest_name.h"
#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_handles.h"
#include "connectors/table_options.h"

namespace weir {
namespace {

constexpr int kMetadataTimeoutMs = 10000;

}  // namespace

KafkaTopics KafkaTopics::Read(TableOptions& options) {
  KafkaTopics out;
  out.names = options.List("topic");
  out.pattern = options.String("topic-pattern", "");
  if (out.names.empty() && out.pattern.empty()) options.Required("topic");
  if (!out.names.empty() && !out.pattern.empty()) {
    options.Fail("topic-pattern", "contradicts 'topic': only one of them may be given");
  }
  if (RE2 pattern(out.pattern, RE2::Quiet); !pattern.ok()) {
    options.Fail("topic-pattern", "is no regular expression: " + pattern.error());
  }
  return out;
}

StatusOr<std::vector<KafkaPartition>> ListKafkaPartitions(const KafkaClient& client,
                                                          const KafkaConnection& connection,
                                                          const KafkaTopics& asked) {
  // All topics: one request, and the names are there for "did you mean".
  const struct rd_kafka_metadata* raw = nullptr;
  // In short waits, so that a broker that is down is reported at once.
  constexpr int kWaitMs = 1000;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  for (int waited = 0; waited < kMetadataTimeoutMs; waited += kWaitMs) {
    error = rd_kafka_metadata(client.get(), 1, nullptr, &raw, kWaitMs);
    bool again = error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT;
    if (!again || client.all_brokers_down()) break;
  }
  rdkafka::Metadata metadata(raw);
  if (error) return client.Error(error, "cannot list the topics");
  std::map<std::string, const rd_kafka_metadata_topic*> topics;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    topics.emplace(metadata->topics[i].topic, &metadata->topics[i]);
  }
  std::vector<std::string> wanted = asked.names;
  if (!asked.pattern.empty()) {
    RE2 pattern(asked.pattern, RE2::Quiet);
    for (const auto& [name, topic] : topics) {
      if (!name.starts_with("__") && RE2::FullMatch(name, pattern)) wanted.push_back(name);
    }
  }
  std::vector<KafkaPartition> out;
  for (const std::string& name : wanted) {
    auto found = topics.find(name);
    if (found == topics.end()) {
      std::vector<std::string> names;
      for (const auto& [known, topic] : topics) names.push_back(known);
      return NotFoundError("table `" + connection.table + "`: the topic '" + name +
                           "' does not exist on Kafka at " + connection.servers +
                           DidYouMean(name, names));
    }
    if (found->second->err && found->second->err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
      return client.Error(found->second->err, "the topic '" + name + "'");
    }
    for (int p = 0; p < found->second->partition_cnt; ++p) {
      out.push_back({name, found->second->partitions[p].id});
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace weir
