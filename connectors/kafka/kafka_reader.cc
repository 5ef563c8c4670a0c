#include "connectors/kafka/kafka_reader.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <set>

#include "common/base/failpoint.h"
#include "common/base/logging.h"
#include "connectors/kafka/kafka_handles.h"
#include "connectors/kafka/kafka_metadata.h"

namespace weir {
namespace {

constexpr size_t kMessagePadding = 64;
// Without any broker before people are told. A broker that is only started again takes less.
constexpr std::chrono::seconds kOutage{10};
// The client reads a topic that is made again under its name on as if nothing had happened.
constexpr int64_t kLookAgainNs = 3'000'000'000;
// For the client's own thread to take notice, not for a broker.
constexpr int kSeekTimeoutMs = 10'000;

void OnQueueEvent(rd_kafka_t*, void* opaque) {
  const auto* context = static_cast<const SourceReaderContext*>(opaque);
  if (context->wake) context->wake();
}

}  // namespace

StatusOr<std::unique_ptr<KafkaReader>> KafkaReader::Make(
    std::shared_ptr<const KafkaOptions> options, const TableInfo& table,
    SourceReaderContext context) {
  std::unique_ptr<KafkaReader> reader(new KafkaReader(options, std::move(context)));
  for (uint32_t column : reader->context_.projection) {
    if (column < table.physical_columns) continue;
    reader->metadata_keys_.push_back(table.metadata_keys[column - table.physical_columns]);
    reader->metadata_types_.push_back((*table.schema)[column].type);
  }
  std::vector<KafkaClient::Extra> extra = {
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      // An offset that is gone is never silently replaced by another one.
      {"auto.offset.reset", "error"},
      {"enable.partition.eof",
       options->end.mode == KafkaOffsets::Mode::kUnbounded ? "false" : "true"},
  };
  auto unless_given = [&](const char* key, std::string value) {
    if (!options->properties.contains(key)) extra.push_back({key, std::move(value)});
  };
  unless_given("queued.max.messages.kbytes",
               std::to_string(std::max<size_t>(reader->context_.prefetch_bytes >> 10, 1)));
  // The default of a second is how long a fetcher pauses whose queue was full once.
  unless_given("fetch.queue.backoff.ms", "5");
  ASSIGN_OR_RETURN(reader->client_,
                   KafkaClient::Make(KafkaClient::Kind::kConsumer, *options, extra));
  rd_kafka_poll_set_consumer(reader->client_->get());
  reader->queue_ = rd_kafka_queue_get_consumer(reader->client_->get());
  rd_kafka_queue_cb_event_enable(
      reader->queue_, OnQueueEvent,
      const_cast<SourceReaderContext*>(&reader->context_));  // NOLINT: a C interface
  reader->topic_ids_ = std::make_unique<KafkaTopicIds>(*reader->client_, reader->context_.wake);
  return reader;
}

KafkaReader::~KafkaReader() {
  if (!queue_) return;
  rd_kafka_queue_cb_event_enable(queue_, nullptr, nullptr);
  rd_kafka_queue_destroy(queue_);
}

Status KafkaReader::AddSplit(int32_t index, const SourceSplit& split) {
  std::optional<KafkaPartition> partition = KafkaPartition::Parse(split.id);
  std::optional<KafkaPosition> position = KafkaPosition::Parse(split.position);
  if (!partition || !position) {
    return InternalError("table `" + options_->table + "`: no Kafka partition '" + split.id +
                         "' at '" + split.position + "'");
  }
  Split& added = splits_.emplace_back();
  added.index = index;
  added.partition = *partition;
  added.position = *position;
  for (const DataType& type : metadata_types_) added.metadata.emplace_back(type);
  std::vector<Split*>& partitions = by_topic_[partition->topic];
  size_t number = static_cast<size_t>(partition->partition);
  if (partitions.size() <= number) partitions.resize(number + 1);
  partitions[number] = &added;
  last_topic_ = nullptr;
  ++unfinished_;
  unassigned_ = true;
  return OkStatus();
}

Status KafkaReader::LookAtTopics() {
  if (splits_.empty()) return OkStatus();
  if (!topic_ids_->asking()) {
    std::set<std::string> names;
    for (const Split& split : splits_) names.insert(split.partition.topic);
    topic_ids_->Ask({names.begin(), names.end()});
  }
  const std::optional<KafkaTopicIds::Topics> topics = topic_ids_->Take();
  if (!topics) return OkStatus();
  look_again_ns_ = context_.clock->MonotonicNanos() + kLookAgainNs;
  for (Split& split : splits_) RETURN_IF_ERROR(CheckTopic(split, *topics));
  return unassigned_ ? Assign(*topics) : OkStatus();
}

Status KafkaReader::CheckTopic(Split& split, const KafkaTopicIds::Topics& topics) const {
  const auto topic = topics.find(split.partition.topic);
  // What keeps it from being read is for the client to say, which has patience.
  if (topic == topics.end() || topic->second.error) return OkStatus();
  const std::string& id = topic->second.id;
  std::string& was = split.position.topic_id;
  if (was.empty()) was = id;
  if (id.empty() || id == was) return OkStatus();
  return DataLossError("table `" + options_->table + "`: the topic '" + split.partition.topic +
                       "' was deleted and made again (its id is " + id + ", it was " + was +
                       "): the job's offsets are those of the old one. Start the job without its "
                       "checkpoint to read the new one");
}

// All splits of these topics at once: the client looks for their leaders together.
Status KafkaReader::Assign(const KafkaTopicIds::Topics& checked) {
  rdkafka::PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(splits_.size())));
  std::vector<rdkafka::Topic> topics;
  unassigned_ = false;
  for (Split& split : splits_) {
    if (split.assigned) continue;
    if (!checked.contains(split.partition.topic)) {
      unassigned_ = true;  // added after the question
      continue;
    }
    split.assigned = true;
    // A topic made here has its leaders looked up at once; one that only an assignment names waits
    // for the client's look at all topics, which is once a second.
    topics.emplace_back(rd_kafka_topic_new(client_->get(), split.partition.topic.c_str(), nullptr));
    rd_kafka_topic_partition_t* p = rd_kafka_topic_partition_list_add(
        list.get(), split.partition.topic.c_str(), split.partition.partition);
    p->offset = split.position.next;
    if (split.position.leader_epoch >= 0) {
      // Lets the broker say whether its log was cut and written anew below this offset.
      rd_kafka_topic_partition_set_leader_epoch(p, split.position.leader_epoch);
    }
  }
  rd_kafka_error_t* error = rd_kafka_incremental_assign(client_->get(), list.get());
  if (!error) return OkStatus();
  rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  return client_->Error(code, "cannot assign partitions");
}

StatusOr<PollResult> KafkaReader::Poll(SourceOutput& out, size_t max_rows) {
  last_topic_ = nullptr;  // its object may be another one by now
  if (unassigned_ || context_.clock->MonotonicNanos() >= look_again_ns_) {
    RETURN_IF_ERROR(LookAtTopics());
  }
  messages_.resize(max_rows);
  ssize_t count = rd_kafka_consume_batch_queue(queue_, 0, messages_.data(), max_rows);
  if (count < 0) return client_->Error(rd_kafka_last_error(), "cannot read");
  size_t n = static_cast<size_t>(count);
  size_t bytes = kMessagePadding;
  for (size_t i = 0; i < n; ++i) bytes += messages_[i]->len + messages_[i]->key_len;
  if (arena_.size() < bytes) arena_.resize(bytes + bytes / 2);
  char* arena = arena_.data();
  Status status;
  for (size_t i = 0; i < n; ++i) {
    if (status.ok()) status = Take(*messages_[i], arena);
    rd_kafka_message_destroy(messages_[i]);
  }
  // What came before an error is good, and its rows are not read again.
  if (Status emitted = EmitRuns(out); !emitted.ok()) return emitted;
  RETURN_IF_ERROR(status);
  if (!in_doubt_.empty()) RETURN_IF_ERROR(CompareLogs());
  if (n > 0) RETURN_IF_ERROR(Failpoint("kafka-read"));
  if (unfinished_ == 0 && no_more_splits_) return PollResult::kFinished;
  return n > 0 ? PollResult::kMore : PollResult::kIdle;
}

KafkaReader::Split* KafkaReader::Find(const rd_kafka_message_s& message) {
  if (!message.rkt) return nullptr;
  if (message.rkt != last_topic_) {
    auto found = by_topic_.find(rd_kafka_topic_name(message.rkt));
    if (found == by_topic_.end()) return nullptr;
    last_topic_ = message.rkt;
    last_partitions_ = &found->second;
  }
  size_t number = static_cast<size_t>(message.partition);
  return number < last_partitions_->size() ? (*last_partitions_)[number] : nullptr;
}

KafkaReader::Split* KafkaReader::Find(int32_t index) {
  for (Split& split : splits_) {
    if (split.index == index) return &split;
  }
  return nullptr;
}

Status KafkaReader::Take(const rd_kafka_message_s& message, char*& arena) {
  Split* split = Find(message);
  if (!split) {
    if (!message.err || message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return OkStatus();
    if (message.err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
        message.err == RD_KAFKA_RESP_ERR__TRANSPORT) {
      return OkStatus();  // logged; the client goes on trying
    }
    return client_->Error(message.err, "cannot read");
  }
  if (split->finished || split->in_doubt) return OkStatus();
  if (message.err && message.err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    return MessageError(*split, message);
  }
  if (split->values.empty() && (touched_.empty() || touched_.back() != split)) {
    touched_.push_back(split);
  }
  bool below_end = split->position.end < 0 || message.offset < split->position.end;
  if (message.err) {
    // The end of the partition: there may be no message at the last offsets before it.
    split->position.next = std::max(split->position.next, message.offset);
  } else if (message.offset < split->position.next) {
    return OkStatus();  // read already
  } else if (below_end) {
    const int32_t epoch = rd_kafka_message_leader_epoch(&message);
    ASSIGN_OR_RETURN(const bool of_this_log, IsOfThisLog(*split, epoch));
    if (of_this_log) TakeMessage(*split, message, epoch, arena);
  } else {
    split->position.next = split->position.end;
  }
  return OkStatus();
}

void KafkaReader::TakeMessage(Split& split, const rd_kafka_message_s& message, int32_t epoch,
                              char*& arena) {
  auto copy = [&arena](const void* data, size_t size) {
    if (!data) return std::string_view();
    if (size > 0) std::memcpy(arena, data, size);
    std::string_view view(arena, size);
    arena += size;
    return view;
  };
  split.values.push_back(copy(message.payload, message.len));
  split.keys.push_back(copy(message.key, message.key_len));
  split.offsets.push_back(message.offset);
  split.timestamps.push_back(rd_kafka_message_timestamp(&message, nullptr));
  for (size_t i = 0; i < metadata_keys_.size(); ++i) {
    AppendKafkaMetadata(metadata_keys_[i], message, split.partition.topic, split.metadata[i]);
  }
  split.position.next = message.offset + 1;
  split.position.leader_epoch = epoch;
}

// Messages of one leader epoch are of one log. A later epoch may be of a log that lacks the end of
// what was read: the client has that compared when it learns of a new leader while it reads, but
// not where reading begins at a position while it knows the leader.
StatusOr<bool> KafkaReader::IsOfThisLog(Split& split, int32_t epoch) {
  const int32_t was = split.position.leader_epoch;
  if (epoch == was || epoch == split.checked_epoch || epoch < 0 || was < 0) return true;
  if (epoch < was) {
    return OutOfRange(
        split, true,
        "leader epoch " + std::to_string(was) + " was read, then comes " + std::to_string(epoch));
  }
  split.in_doubt = true;
  split.checked_epoch = epoch;
  in_doubt_.push_back(&split);
  return false;
}

Status KafkaReader::CompareLogs() {
  rdkafka::PartitionList list(
      rd_kafka_topic_partition_list_new(static_cast<int>(in_doubt_.size())));
  for (Split* split : in_doubt_) {
    rd_kafka_topic_partition_t* p = rd_kafka_topic_partition_list_add(
        list.get(), split->partition.topic.c_str(), split->partition.partition);
    p->offset = split->position.next;
    rd_kafka_topic_partition_set_leader_epoch(p, split->position.leader_epoch);
    split->in_doubt = false;
  }
  in_doubt_.clear();
  // What was fetched already is forgotten with it.
  rd_kafka_error_t* error = rd_kafka_seek_partitions(client_->get(), list.get(), kSeekTimeoutMs);
  if (error) {
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    return client_->Error(code, "cannot compare positions with the logs of new leaders");
  }
  for (int i = 0; i < list->cnt; ++i) {
    if (list->elems[i].err) {
      return client_->Error(list->elems[i].err,
                            "cannot compare the position with the log of the new leader of " +
                                std::string(list->elems[i].topic) + "-" +
                                std::to_string(list->elems[i].partition));
    }
  }
  return OkStatus();
}

Status KafkaReader::EmitRuns(SourceOutput& out) {
  for (Split* split : touched_) {
    if (!split->values.empty()) {
      std::vector<ColumnPtr> metadata;
      for (ColumnBuilder& builder : split->metadata) metadata.push_back(builder.Finish());
      MessageRun run;
      run.split = split->index;
      run.values = split->values;
      run.keys = split->keys;
      run.offsets = split->offsets;
      run.timestamps = split->timestamps;
      run.metadata = metadata;
      RETURN_IF_ERROR(out.EmitRun(run));
      split->values.clear();
      split->keys.clear();
      split->offsets.clear();
      split->timestamps.clear();
    }
    if (!split->finished && split->position.end >= 0 &&
        split->position.next >= split->position.end) {
      split->finished = true;
      --unfinished_;
      out.SplitFinished(split->index);
    }
  }
  touched_.clear();
  return OkStatus();
}

Status KafkaReader::MessageError(Split& split, const rd_kafka_message_s& message) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__LOG_TRUNCATION: {
      const char* text = rd_kafka_message_errstr(&message);
      const std::string reason = text ? text : "out of range";
      // The client has one code for both.
      const bool replaced =
          reason.find(rd_kafka_err2str(RD_KAFKA_RESP_ERR__LOG_TRUNCATION)) != std::string::npos;
      return OutOfRange(split, replaced, reason);
    }
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      return client_->Error(message.err, "the partition " + split.partition.Id() + " is gone");
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
      return OkStatus();  // logged; the client goes on trying
    default:
      return client_->Error(message.err, "cannot read " + split.partition.Id());
  }
}

Status KafkaReader::OutOfRange(const Split& split, bool replaced, const std::string& reason) {
  // The job stops with this message, so that a few seconds for the available range are well spent.
  int64_t low = -1, high = -1;
  rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
      client_->get(), split.partition.topic.c_str(), split.partition.partition, &low, &high, 3000);
  std::string range = error ? "unknown (" + std::string(rd_kafka_err2str(error)) + ")"
                            : std::to_string(low) + " to " + std::to_string(high);
  replaced = replaced || (!error && split.position.next > high);
  // It was not, when it was asked for: what is there now was written since.
  const bool written_anew = !replaced && !error && split.position.next >= low;
  const std::string restart = "Start the job without its checkpoint to ";
  return DataLossError(
      "table `" + options_->table + "`: topic '" + split.partition.topic + "', partition " +
      std::to_string(split.partition.partition) + ": offset " +
      std::to_string(split.position.next) + " is wanted, but available is " + range + " (" +
      reason + "): " +
      (replaced ? "messages that were read are not in the log of the partition's leader: another "
                  "leader, which did not have them, was elected (unclean leader election). " +
                      restart + "read what is there; what the job has written stays"
       : written_anew
           ? "the log is another one than was read: the topic was deleted and made again. " +
                 restart + "read what is there; what the job has written stays"
           : "messages were deleted before they were read. " + restart + "accept the loss"));
}

StatusOr<std::string> KafkaReader::Position(int32_t index) {
  Split* split = Find(index);
  if (!split) return InternalError("no Kafka partition has the index " + std::to_string(index));
  return split->position.ToString();
}

void KafkaReader::CheckpointCompleted(
    const std::vector<std::pair<int32_t, std::string>>& positions) {
  if (options_->group.empty() || !options_->commit_offsets) return;
  rdkafka::PartitionList list(
      rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
  for (const auto& [index, text] : positions) {
    Split* split = Find(index);
    std::optional<KafkaPosition> position = KafkaPosition::Parse(text);
    if (!split || !position) continue;
    rd_kafka_topic_partition_t* p = rd_kafka_topic_partition_list_add(
        list.get(), split->partition.topic.c_str(), split->partition.partition);
    p->offset = position->next;
    rd_kafka_topic_partition_set_leader_epoch(p, position->leader_epoch);
  }
  if (list->cnt == 0) return;
  rd_kafka_resp_err_t error = rd_kafka_commit(client_->get(), list.get(), 1);
  if (error) {
    LOG(kDebug) << "table `" << options_->table << "`: the offsets of the group '"
                << options_->group << "' were not committed: " << rd_kafka_err2str(error);
  }
}

std::string KafkaReader::Trouble() {
  if (unfinished_ == 0 || client_->UnreachableFor() < kOutage) return "";
  return client_->DescribeOutage();
}

int64_t KafkaReader::Lag(int32_t index) {
  Split* split = Find(index);
  int64_t low = -1, high = -1;
  if (!split ||
      rd_kafka_get_watermark_offsets(client_->get(), split->partition.topic.c_str(),
                                     split->partition.partition, &low, &high) ||
      high < 0) {
    return -1;
  }
  return std::max<int64_t>(high - split->position.next, 0);
}

}  // namespace weir
