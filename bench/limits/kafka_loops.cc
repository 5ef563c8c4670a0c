#include "bench/limits/kafka_loops.h"

#include <librdkafka/rdkafka.h>

#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "bench/limits/key_table.h"
#include "bench/limits/measure.h"

namespace weir::limits {
namespace {

constexpr size_t kBatch = 4096;

rd_kafka_t* Client(rd_kafka_type_t type,
                   const std::vector<std::pair<const char*, std::string>>& settings) {
  char error[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf, key, value.c_str(), error, sizeof(error)) != RD_KAFKA_CONF_OK) {
      Die(error);
    }
  }
  rd_kafka_t* client = rd_kafka_new(type, conf, error, sizeof(error));
  if (client == nullptr) Die(error);
  return client;
}

// Sums of one key and window, from runs of parsed events.
class Windows {
 public:
  Windows(int64_t keys, int64_t window_ms) : keys_(keys), window_ms_(window_ms) {}

  void Add(const Event& event) {
    Pending& pending = OfWindow(event.ts_ms / window_ms_);
    pending.keys.push_back(event.key);
    pending.amounts.push_back(event.amount);
    if (pending.keys.size() >= kBatch) Update(pending);
  }
  // Events in the tables: a check that the loop did what it says.
  int64_t Finish() {
    int64_t total = 0;
    for (auto& [window, pending] : windows_) {
      Update(pending);
      total += pending.table->TotalCount();
    }
    return total;
  }

 private:
  struct Pending {
    std::unique_ptr<KeyTable> table;
    std::vector<int64_t> keys;
    std::vector<double> amounts;
  };

  Pending& OfWindow(int64_t window) {
    if (last_ != nullptr && window == last_window_) return *last_;
    Pending& pending = windows_[window];
    if (!pending.table) pending.table = std::make_unique<KeyTable>(keys_);
    last_window_ = window;
    last_ = &pending;
    return pending;
  }
  void Update(Pending& pending) {
    pending.table->Add(pending.keys, pending.amounts);
    pending.keys.clear();
    pending.amounts.clear();
  }

  const int64_t keys_;
  const int64_t window_ms_;
  std::map<int64_t, Pending> windows_;
  int64_t last_window_ = 0;
  Pending* last_ = nullptr;
};

}  // namespace

int64_t Produce(const Topic& topic, double millis_per_event) {
  rd_kafka_t* client = Client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", topic.bootstrap},
                                                  {"compression.codec", "lz4"},
                                                  {"queue.buffering.max.messages", "1000000"},
                                                  {"linger.ms", "20"}});
  rd_kafka_topic_t* handle = rd_kafka_topic_new(client, topic.name.c_str(), nullptr);
  EventWriter writer(millis_per_event);
  for (int64_t i = 0; i < topic.events; ++i) {
    std::string_view text = writer.Write(i);
    const auto partition = static_cast<int32_t>(i % topic.partitions);
    while (rd_kafka_produce(handle, partition, RD_KAFKA_MSG_F_COPY, const_cast<char*>(text.data()),
                            text.size(), nullptr, 0, nullptr) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        Die(rd_kafka_err2str(rd_kafka_last_error()));
      }
      rd_kafka_poll(client, 5);
    }
    if (i % 1024 == 0) rd_kafka_poll(client, 0);
  }
  if (rd_kafka_flush(client, 60'000) != 0) Die("not every event was written");
  rd_kafka_topic_destroy(handle);
  rd_kafka_destroy(client);
  return topic.events;
}

int64_t ReadTopic(const Topic& topic, Work work, Key key, int64_t window_ms) {
  rd_kafka_t* client = Client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", topic.bootstrap},
                                                  {"group.id", "limits"},
                                                  {"enable.auto.commit", "false"},
                                                  {"enable.auto.offset.store", "false"},
                                                  {"auto.offset.reset", "error"},
                                                  {"fetch.queue.backoff.ms", "5"}});
  rd_kafka_poll_set_consumer(client);
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(client);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(topic.partitions);
  std::vector<int64_t> end;  // by partition
  for (int p = 0; p < topic.partitions; ++p) {
    rd_kafka_topic_partition_list_add(list, topic.name.c_str(), p)->offset = 0;
    end.push_back((topic.events + topic.partitions - 1 - p) / topic.partitions);
  }
  rd_kafka_assign(client, list);
  rd_kafka_topic_partition_list_destroy(list);

  std::vector<rd_kafka_message_t*> messages(kBatch);
  std::vector<char> padded(kEventBytes + EventParser::kPadding);
  EventParser parser(key);
  Windows windows(key == Key::kUser ? kUsers : kShops, window_ms);
  int64_t count = 0, bytes = 0;
  double amounts = 0;
  while (count < topic.events) {
    ssize_t n = rd_kafka_consume_batch_queue(queue, 1000, messages.data(), messages.size());
    if (n < 0) Die(rd_kafka_err2str(rd_kafka_last_error()));
    for (ssize_t i = 0; i < n; ++i) {
      const rd_kafka_message_t& message = *messages[static_cast<size_t>(i)];
      if (message.err) Die(rd_kafka_message_errstr(&message));
      if (message.offset < end[static_cast<size_t>(message.partition)]) {
        ++count;
        bytes += static_cast<int64_t>(message.len);
        if (work != Work::kConsume) {
          if (message.len > kEventBytes) Die("an event of another program");
          std::memcpy(padded.data(), message.payload, message.len);
          Event event;
          if (!parser.Parse({padded.data(), message.len}, event)) {
            Die("an event of another program");
          }
          amounts += event.amount;
          if (work == Work::kAggregate) windows.Add(event);
        }
      }
      rd_kafka_message_destroy(messages[static_cast<size_t>(i)]);
    }
  }
  if (bytes != count * static_cast<int64_t>(kEventBytes)) Die("events of another size");
  if (work != Work::kConsume && amounts <= 0) Die("events without amounts");
  if (work == Work::kAggregate && windows.Finish() != count) Die("the tables lost events");
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(client);
  return count;
}

}  // namespace weir::limits
