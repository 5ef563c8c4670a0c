#include "connectors/kafka/kafka_properties.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace weir {
namespace {

// Java's client knows them; they say nothing to ours.
constexpr std::array kWithoutMeaning = {
    "key.deserializer",
    "value.deserializer",
    "key.serializer",
    "value.serializer",
    "max.poll.records",
    "max.poll.interval.ms",
    "default.api.timeout.ms",
    "request.timeout.ms",
    "exclude.internal.topics",
    "flink.partition-discovery.interval-millis",
    "partition.discovery.interval.ms",
    "register.consumer.metrics",
    "client.id.prefix",
    "interceptor.classes",
    "metric.reporters",
    "partition.assignment.strategy",
    "buffer.memory",
    "max.block.ms",
    "partitioner.class",
    "partitioner.ignore.keys",
    "partitioner.adaptive.partitioning.enable",
    // These are decided by the connector.
    "auto.offset.reset",
    "enable.auto.commit",
    "commit.offsets.on.checkpoint",
};

// The value of name="..." in a JAAS entry; empty when there is none.
std::string JaasValue(std::string_view text, std::string_view name) {
  for (size_t at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
    size_t from = at + name.size();
    while (from < text.size() && text[from] == ' ') ++from;
    if (from >= text.size() || text[from] != '=') continue;
    ++from;
    while (from < text.size() && text[from] == ' ') ++from;
    if (from >= text.size() || (text[from] != '"' && text[from] != '\'')) continue;
    char quote = text[from++];
    std::string value;
    for (; from < text.size() && text[from] != quote; ++from) {
      if (text[from] == '\\' && from + 1 < text.size()) ++from;
      value += text[from];
    }
    return value;
  }
  return {};
}

Status TranslateJaas(std::string_view text, std::map<std::string, std::string>& out) {
  bool known =
      text.find("PlainLoginModule") != text.npos || text.find("ScramLoginModule") != text.npos;
  std::string user = JaasValue(text, "username");
  if (!known || user.empty()) {
    return InvalidArgumentError(
        "option 'properties.sasl.jaas.config' is not a PlainLoginModule or ScramLoginModule with "
        "username=\"...\" and password=\"...\"; 'properties.sasl.username' and "
        "'properties.sasl.password' may be given instead");
  }
  out["sasl.username"] = user;
  out["sasl.password"] = JaasValue(text, "password");
  return OkStatus();
}

}  // namespace

StatusOr<std::map<std::string, std::string>> TranslateKafkaProperties(
    const std::map<std::string, std::string>& java) {
  std::map<std::string, std::string> out;
  auto type_of = [&](const std::string& key) {
    auto found = java.find(key);
    return found == java.end() ? std::string("JKS") : found->second;
  };
  for (const auto& [key, value] : java) {
    if (std::find(kWithoutMeaning.begin(), kWithoutMeaning.end(), key) != kWithoutMeaning.end()) {
      continue;
    }
    if (key == "max.request.size") {
      out["message.max.bytes"] = value;
    } else if (key == "sasl.jaas.config") {
      RETURN_IF_ERROR(TranslateJaas(value, out));
    } else if (key == "ssl.truststore.location") {
      if (type_of("ssl.truststore.type") != "PEM") {
        return InvalidArgumentError(
            "option 'properties.ssl.truststore.location': a Java key store cannot be read; export "
            "the certificates as PEM and give them as 'properties.ssl.ca.location'");
      }
      out["ssl.ca.location"] = value;
    } else if (key == "ssl.truststore.certificates") {
      out["ssl.ca.pem"] = value;
    } else if (key == "ssl.keystore.certificate.chain") {
      out["ssl.certificate.pem"] = value;
    } else if (key == "ssl.keystore.key") {
      out["ssl.key.pem"] = value;
    } else if (key == "ssl.keystore.location") {
      // librdkafka reads PKCS#12 stores.
      if (type_of("ssl.keystore.type") != "PKCS12") {
        return InvalidArgumentError(
            "option 'properties.ssl.keystore.location': only PKCS12 key stores can be read "
            "('properties.ssl.keystore.type' = 'PKCS12'); or give the certificate and key as PEM: "
            "'properties.ssl.certificate.location' and 'properties.ssl.key.location'");
      }
      out[key] = value;
    } else if (key == "ssl.truststore.type" || key == "ssl.keystore.type" ||
               key == "ssl.truststore.password" || key == "ssl.protocol" ||
               key == "ssl.enabled.protocols") {
      continue;
    } else {
      out[key] = value;
    }
  }
  return out;
}

}  // namespace weir
