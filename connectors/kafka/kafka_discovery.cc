#include "connectors/kafka/kafka_discovery.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "connectors/kafka/kafka_handles.h"
#include "connectors/kafka/kafka_topics.h"

namespace weir {
namespace {

constexpr int kListTimeoutMs = 10000;
constexpr int kAskAgainMs = 100;

rdkafka::PartitionList MakeList(const std::vector<KafkaPartition>& partitions, int64_t offset) {
  rdkafka::PartitionList list(
      rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const KafkaPartition& p : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), p.topic.c_str(), p.partition)->offset = offset;
  }
  return list;
}

}  // namespace

StatusOr<std::unique_ptr<KafkaDiscovery>> KafkaDiscovery::Make(
    std::shared_ptr<const KafkaOptions> options) {
  ASSIGN_OR_RETURN(std::unique_ptr<KafkaClient> client,
                   KafkaClient::Make(KafkaClient::Kind::kConsumer, *options, {}));
  return std::unique_ptr<KafkaDiscovery>(new KafkaDiscovery(std::move(options), std::move(client)));
}

StatusOr<std::vector<KafkaPartition>> KafkaDiscovery::Partitions() {
  return ListKafkaPartitions(*client_, *options_, options_->topics);
}

StatusOr<KafkaDiscovery::Offsets> KafkaDiscovery::ListOffsets(
    const std::vector<KafkaPartition>& partitions, int64_t which) {
  // A broker that has just been made a leader refuses those who know it already.
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(kListTimeoutMs);
  while (true) {
    StatusOr<Offsets> out = AskForOffsets(partitions, which);
    const bool may_help = !out.ok() && out.status().code() == StatusCode::kUnavailable;
    if (!may_help || std::chrono::steady_clock::now() >= deadline) return out;
    std::this_thread::sleep_for(std::chrono::milliseconds(kAskAgainMs));
  }
}

StatusOr<KafkaDiscovery::Offsets> KafkaDiscovery::AskForOffsets(
    const std::vector<KafkaPartition>& partitions, int64_t which) {
  Offsets out;
  if (partitions.empty()) return out;
  rdkafka::PartitionList list = MakeList(partitions, which);
  rdkafka::Queue queue(rd_kafka_queue_new(client_->get()));
  rdkafka::AdminOptions admin(
      rd_kafka_AdminOptions_new(client_->get(), RD_KAFKA_ADMIN_OP_LISTOFFSETS));
  char error[256];
  rd_kafka_AdminOptions_set_request_timeout(admin.get(), kListTimeoutMs, error, sizeof(error));
  auto isolation = options_->properties.find("isolation.level");
  if (isolation != options_->properties.end() && isolation->second == "read_committed") {
    rd_kafka_error_destroy(rd_kafka_AdminOptions_set_isolation_level(
        admin.get(), RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED));
  }
  rd_kafka_ListOffsets(client_->get(), list.get(), admin.get(), queue.get());
  rdkafka::Event event(rd_kafka_queue_poll(queue.get(), kListTimeoutMs + 5000));
  if (!event) return client_->Error(RD_KAFKA_RESP_ERR__TIMED_OUT, "cannot read offsets");
  if (rd_kafka_event_error(event.get())) {
    return client_->Error(rd_kafka_event_error(event.get()), "cannot read offsets");
  }
  size_t count = 0;
  const rd_kafka_ListOffsetsResultInfo_t** infos =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_topic_partition_t* p = rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
    KafkaPartition partition{p->topic, p->partition};
    if (p->err) return client_->Error(p->err, "cannot read the offsets of " + partition.Id());
    out[partition] = {.next = p->offset,
                      .leader_epoch = rd_kafka_topic_partition_get_leader_epoch(p)};
  }
  return out;
}

StatusOr<KafkaDiscovery::Offsets> KafkaDiscovery::GroupOffsets(
    const std::vector<KafkaPartition>& partitions, bool start) {
  rdkafka::PartitionList list = MakeList(partitions, RD_KAFKA_OFFSET_INVALID);
  rd_kafka_resp_err_t error = rd_kafka_committed(client_->get(), list.get(), kListTimeoutMs);
  if (error) {
    return client_->Error(error, "cannot read the offsets of the group '" + options_->group + "'");
  }
  Offsets out;
  std::vector<KafkaPartition> without;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& p = list->elems[i];
    KafkaPartition partition{p.topic, p.partition};
    if (p.err) return client_->Error(p.err, "the committed offset of " + partition.Id());
    if (p.offset >= 0) {
      out[partition] = {.next = p.offset,
                        .leader_epoch = rd_kafka_topic_partition_get_leader_epoch(&p)};
    } else {
      without.push_back(partition);
    }
  }
  if (without.empty()) return out;
  if (start && options_->reset == KafkaOptions::Reset::kNone) {
    return FailedPreconditionError(
        "table `" + options_->table + "`: the group '" + options_->group +
        "' has no committed offset for " + without[0].Id() + " (Kafka at " + options_->servers +
        "); say where to begin: 'scan.startup.mode' = 'earliest-offset' or 'latest-offset', or "
        "'properties.auto.offset.reset' = 'earliest' or 'latest' for partitions without one");
  }
  bool earliest = start && options_->reset == KafkaOptions::Reset::kEarliest;
  ASSIGN_OR_RETURN(Offsets rest, ListOffsets(without, earliest ? RD_KAFKA_OFFSET_SPEC_EARLIEST
                                                               : RD_KAFKA_OFFSET_SPEC_LATEST));
  out.merge(rest);
  return out;
}

StatusOr<KafkaDiscovery::Offsets> KafkaDiscovery::Resolve(
    const std::vector<KafkaPartition>& partitions, const KafkaOffsets& offsets, bool start) {
  using Mode = KafkaOffsets::Mode;
  switch (offsets.mode) {
    case Mode::kUnbounded:
      return Offsets{};
    case Mode::kEarliest:
      return ListOffsets(partitions, RD_KAFKA_OFFSET_SPEC_EARLIEST);
    case Mode::kLatest:
      return ListOffsets(partitions, RD_KAFKA_OFFSET_SPEC_LATEST);
    case Mode::kGroup:
      return GroupOffsets(partitions, start);
    case Mode::kTimestamp: {
      ASSIGN_OR_RETURN(Offsets out, ListOffsets(partitions, offsets.timestamp_ms));
      ASSIGN_OR_RETURN(Offsets latest, ListOffsets(partitions, RD_KAFKA_OFFSET_SPEC_LATEST));
      // No message is as young as that: what comes is.
      for (auto& [partition, position] : out) {
        if (position.next < 0) position = latest[partition];
      }
      return out;
    }
    case Mode::kSpecific: {
      // Partitions that are not named are read from the start, or to the end.
      ASSIGN_OR_RETURN(Offsets out, ListOffsets(partitions, start ? RD_KAFKA_OFFSET_SPEC_EARLIEST
                                                                  : RD_KAFKA_OFFSET_SPEC_LATEST));
      for (auto& [partition, position] : out) {
        auto named = offsets.specific.find(partition.partition);
        if (named != offsets.specific.end()) position = {.next = named->second};
      }
      return out;
    }
  }
  return InternalError("a mode of offsets without a way to resolve it");
}

StatusOr<std::vector<SourceSplit>> KafkaDiscovery::Discover(bool restored) {
  ASSIGN_OR_RETURN(std::vector<KafkaPartition> partitions, Partitions());
  std::vector<KafkaPartition> unknown;
  for (const KafkaPartition& p : partitions) {
    if (!known_.contains(p)) unknown.push_back(p);
  }
  if (!unknown.empty()) {
    bool later = restored || !first_;
    KafkaOffsets earliest{.mode = KafkaOffsets::Mode::kEarliest};
    ASSIGN_OR_RETURN(Offsets starts, Resolve(unknown, later ? earliest : options_->start, true));
    ASSIGN_OR_RETURN(Offsets ends, Resolve(unknown, options_->end, false));
    for (const KafkaPartition& p : unknown) {
      KafkaPosition position = starts[p];
      if (auto end = ends.find(p); end != ends.end()) position.end = end->second.next;
      known_[p] = {.id = p.Id(),
                   .position = position.ToString(),
                   .hash = p.Hash(),
                   .discovered_later = later};
    }
  }
  first_ = false;
  std::vector<SourceSplit> out;
  for (const KafkaPartition& p : partitions) out.push_back(known_.at(p));
  return out;
}

}  // namespace weir
