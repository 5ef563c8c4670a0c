#pragma once

#include <map>
#include <string>

#include "common/base/status.h"

namespace weir {

// A cluster of brokers as one table reaches it.
struct KafkaConnection {
  std::string table;    // for messages
  std::string servers;  // for messages
  // librdkafka's configuration, from 'properties.*' with Java's names translated.
  std::map<std::string, std::string> properties;
};

// Turns the properties of Kafka's Java client, which users' tables carry, into librdkafka's:
// 'sasl.jaas.config' becomes a user and a password, a PEM trust store a CA file; what has no
// meaning here (deserializers, poll sizes) is left out. A JKS store is refused with what to do.
StatusOr<std::map<std::string, std::string>> TranslateKafkaProperties(
    const std::map<std::string, std::string>& java);

}  // namespace weir
