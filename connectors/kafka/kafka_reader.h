#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/data/column_builder.h"
#include "connectors/connector.h"
#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/kafka_position.h"
#include "connectors/kafka/kafka_topic_ids.h"

struct rd_kafka_message_s;
struct rd_kafka_queue_s;

namespace weir {

// Reads partitions through one librdkafka consumer with batches from its queue. The client's
// threads fetch ahead (at most prefetch_bytes) and call `wake` when the queue fills; offsets are
// never stored by the client, the positions are ours.
class KafkaReader final : public SourceReader {
 public:
  static StatusOr<std::unique_ptr<KafkaReader>> Make(std::shared_ptr<const KafkaOptions> options,
                                                     const TableInfo& table,
                                                     SourceReaderContext context);
  ~KafkaReader() override;

  Status AddSplit(int32_t index, const SourceSplit& split) override;
  void NoMoreSplits() override { no_more_splits_ = true; }
  StatusOr<PollResult> Poll(SourceOutput& out, size_t max_rows) override;
  StatusOr<std::string> Position(int32_t index) override;
  void CheckpointCompleted(const std::vector<std::pair<int32_t, std::string>>& positions) override;
  int64_t Lag(int32_t index) override;
  std::string Trouble() override;

 private:
  struct Split {
    int32_t index = 0;
    KafkaPartition partition;
    KafkaPosition position;
    bool assigned = false;
    bool finished = false;
    // A later leader than the position's, in whose log the position is.
    int32_t checked_epoch = -1;
    bool in_doubt = false;  // whether it is; until then nothing is taken
    // Of this poll, reused: the run that is put together.
    std::vector<std::string_view> values, keys;
    std::vector<int64_t> offsets;
    std::vector<Timestamp> timestamps;
    std::vector<ColumnBuilder> metadata;
  };

  KafkaReader(std::shared_ptr<const KafkaOptions> options, SourceReaderContext context)
      : options_(std::move(options)), context_(std::move(context)) {}

  // Whether the topics are those that positions are of; then splits that were added are assigned.
  // Asks without waiting: until there is an answer nothing of them is read.
  Status LookAtTopics();
  Status CheckTopic(Split& split, const KafkaTopicIds::Topics& topics) const;
  Status Assign(const KafkaTopicIds::Topics& checked);
  // `message` may be an error or the end of its partition.
  Status Take(const rd_kafka_message_s& message, char*& arena);
  void TakeMessage(Split& split, const rd_kafka_message_s& message, int32_t epoch, char*& arena);
  // Whether a message of this leader epoch is known to be of the log that was read so far; if not,
  // the split is in doubt.
  StatusOr<bool> IsOfThisLog(Split& split, int32_t epoch);
  // Has the brokers compare the positions of splits in doubt with the logs of their leaders, and
  // goes on from there.
  Status CompareLogs();
  Status EmitRuns(SourceOutput& out);
  Status MessageError(Split& split, const rd_kafka_message_s& message);
  // The position cannot be read on from. `replaced`: known to be no position of the leader's log.
  Status OutOfRange(const Split& split, bool replaced, const std::string& reason);
  Split* Find(const rd_kafka_message_s& message);
  Split* Find(int32_t index);

  const std::shared_ptr<const KafkaOptions> options_;
  const SourceReaderContext context_;
  std::vector<std::string> metadata_keys_;  // wanted, in output order
  std::vector<DataType> metadata_types_;
  std::unique_ptr<KafkaClient> client_;
  rd_kafka_queue_s* queue_ = nullptr;
  std::unique_ptr<KafkaTopicIds> topic_ids_;
  std::deque<Split> splits_;
  std::unordered_map<std::string, std::vector<Split*>> by_topic_;  // then by partition
  // The topic object of the last message: messages come in runs, and names are slow to compare.
  const void* last_topic_ = nullptr;
  const std::vector<Split*>* last_partitions_ = nullptr;
  std::vector<rd_kafka_message_s*> messages_;
  std::vector<char> arena_;  // copies of the messages of this poll, and the padding
  std::vector<Split*> touched_, in_doubt_;
  int64_t look_again_ns_ = 0;
  bool unassigned_ = false;  // splits were added and are not assigned yet
  bool no_more_splits_ = false;
  size_t unfinished_ = 0;
};

}  // namespace weir
