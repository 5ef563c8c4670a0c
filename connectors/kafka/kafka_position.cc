#include "connectors/kafka/kafka_position.h"

#include <charconv>

namespace weir {
namespace {

template <class T>
bool TakeNumber(std::string_view& text, T& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

}  // namespace

std::string KafkaPosition::ToString() const {
  std::string out = std::to_string(next);
  if (leader_epoch >= 0) out += "@" + std::to_string(leader_epoch);
  if (end >= 0) out += ":" + std::to_string(end);
  if (!topic_id.empty()) out += "#" + topic_id;
  return out;
}

std::optional<KafkaPosition> KafkaPosition::Parse(std::string_view text) {
  KafkaPosition out;
  if (!TakeNumber(text, out.next) || out.next < 0) return std::nullopt;
  if (text.starts_with('@')) {
    text.remove_prefix(1);
    if (!TakeNumber(text, out.leader_epoch)) return std::nullopt;
  }
  if (text.starts_with(':')) {
    text.remove_prefix(1);
    if (!TakeNumber(text, out.end)) return std::nullopt;
  }
  if (text.starts_with('#')) {
    out.topic_id = text.substr(1);
    if (out.topic_id.empty()) return std::nullopt;
    return out;
  }
  return text.empty() ? std::optional(out) : std::nullopt;
}

std::optional<KafkaPartition> KafkaPartition::Parse(std::string_view id) {
  size_t dash = id.rfind('-');
  if (dash == id.npos || dash == 0) return std::nullopt;
  KafkaPartition out{.topic = std::string(id.substr(0, dash))};
  std::string_view number = id.substr(dash + 1);
  if (!TakeNumber(number, out.partition) || !number.empty()) return std::nullopt;
  return out;
}

uint64_t KafkaPartition::Hash() const {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c : topic) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return (hash >> 1) + static_cast<uint64_t>(partition);
}

}  // namespace weir
