#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

// Where a partition's reading goes on, as it is kept in checkpoints: "42", "42@7" with the leader
// epoch of the message before it, "42@7:100" where reading ends before offset 100, "42@7#x" in the
// topic whose id is x.
struct KafkaPosition {
  int64_t next = 0;           // offset of the next message
  int32_t leader_epoch = -1;  // of the last message read; -1: not known
  int64_t end = -1;           // the first offset not to be read; -1: without end
  std::string topic_id;       // of the topic that was read; empty: not known

  std::string ToString() const;
  static std::optional<KafkaPosition> Parse(std::string_view text);
  friend bool operator==(const KafkaPosition&, const KafkaPosition&) = default;
};

// Split ids are "topic-partition".
struct KafkaPartition {
  std::string topic;
  int32_t partition = 0;

  std::string Id() const { return topic + "-" + std::to_string(partition); }
  static std::optional<KafkaPartition> Parse(std::string_view id);
  // Neighbouring partitions go to neighbouring subtasks, and topics begin at different ones.
  uint64_t Hash() const;
  friend auto operator<=>(const KafkaPartition&, const KafkaPartition&) = default;
};

}  // namespace weir
