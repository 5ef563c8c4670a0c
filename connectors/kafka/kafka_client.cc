#include "connectors/kafka/kafka_client.h"

#include <librdkafka/rdkafka.h>

#include <array>
#include <chrono>
#include <mutex>
#include <set>
#include <string_view>

#include "common/base/logging.h"
#include "common/base/nearest_name.h"

namespace weir {

// Written by librdkafka's threads, which is why it has a lock.
struct KafkaClient::Log {
  const LogContext context = CurrentLogContext();  // of who has made it
  std::mutex mutex;
  std::string table;
  std::string last_failure;
  bool all_down = false;
  std::set<std::string> connected;  // brokers
  std::chrono::steady_clock::time_point none_since = std::chrono::steady_clock::now();
};

namespace {

void OnLog(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  auto* log = static_cast<KafkaClient::Log*>(rd_kafka_opaque(handle));
  if (!log) return;
  std::string line = text;
  // "[thrd:host:port/bootstrap]: host:port/bootstrap: what happened": the thread says nothing new.
  if (size_t end = line.find("]: "); line.starts_with("[thrd:") && end != line.npos) {
    line.erase(0, end + 3);
  }
  std::lock_guard lock(log->mutex);
  bool failure = level <= 4;
  // "2/2 brokers are down" says less than why.
  bool summary = line.ends_with("brokers are down");
  if (summary) log->all_down = true;
  if (failure && !(summary && !log->last_failure.empty())) log->last_failure = line;
  LogScope scope(&log->context);
  if (failure) {
    LOG(kWarning) << "kafka, table `" << log->table << "`: " << line;
  } else {
    LOG(kDebug) << "kafka, table `" << log->table << "`: " << facility << ": " << line;
  }
}

rd_kafka_resp_err_t OnBrokerState(rd_kafka_t*, int32_t id, const char*, const char* name, int port,
                                  const char* state, void* opaque) {
  auto* log = static_cast<KafkaClient::Log*>(opaque);
  const std::string broker = std::to_string(id) + "/" + name + ":" +
                             std::to_string(port);  // a bootstrap address has no id
  std::lock_guard lock(log->mutex);
  if (state == std::string_view("UP")) {
    log->connected.insert(broker);
  } else if (log->connected.erase(broker) > 0 && log->connected.empty()) {
    log->none_since = std::chrono::steady_clock::now();
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t OnNew(rd_kafka_t* handle, const rd_kafka_conf_t*, void* opaque, char*, size_t) {
  return rd_kafka_interceptor_add_on_broker_state_change(handle, "weir", OnBrokerState, opaque);
}

// A table that is read and written carries the properties of both kinds of client.
bool IsOnlyFor(KafkaClient::Kind kind, std::string_view key) {
  static const std::set<std::string_view> kConsumers = {
      "group.id",
      "group.instance.id",
      "group.protocol",
      "session.timeout.ms",
      "heartbeat.interval.ms",
      "isolation.level",
      "auto.commit.interval.ms",
      "enable.auto.offset.store",
      "enable.partition.eof",
      "check.crcs",
      "allow.auto.create.topics",
      "max.partition.fetch.bytes",
      "client.rack",
  };
  static const std::set<std::string_view> kProducers = {
      "acks",
      "request.required.acks",
      "linger.ms",
      "queue.buffering.max.ms",
      "queue.buffering.max.messages",
      "queue.buffering.max.kbytes",
      "batch.size",
      "batch.num.messages",
      "compression.type",
      "compression.codec",
      "compression.level",
      "delivery.timeout.ms",
      "message.timeout.ms",
      "enable.idempotence",
      "enable.gapless.guarantee",
      "max.in.flight.requests.per.connection",
      "max.in.flight",
      "retries",
      "message.send.max.retries",
      "transaction.timeout.ms",
      "partitioner",
      "sticky.partitioning.linger.ms",
  };
  if (kind == KafkaClient::Kind::kProducer) return kProducers.contains(key);
  return kConsumers.contains(key) || key.starts_with("fetch.") || key.starts_with("queued.");
}

class Configuration {
 public:
  Configuration() : conf_(rd_kafka_conf_new()) {}
  ~Configuration() {
    if (conf_) rd_kafka_conf_destroy(conf_);
  }
  rd_kafka_conf_t* get() { return conf_; }
  rd_kafka_conf_t* release() { return std::exchange(conf_, nullptr); }

  Status Set(const std::string& key, const std::string& value) {
    std::array<char, 512> error;
    switch (rd_kafka_conf_set(conf_, key.c_str(), value.c_str(), error.data(), error.size())) {
      case RD_KAFKA_CONF_OK:
        return OkStatus();
      case RD_KAFKA_CONF_UNKNOWN:
        return InvalidArgumentError("unknown option 'properties." + key + "'" +
                                    DidYouMean("properties." + key, Names()));
      default:
        return InvalidArgumentError("option 'properties." + key + "': " + error.data());
    }
  }

 private:
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    size_t count = 0;
    const char** pairs = rd_kafka_conf_dump(conf_, &count);
    for (size_t i = 0; i < count; i += 2) names.push_back("properties." + std::string(pairs[i]));
    rd_kafka_conf_dump_free(pairs, count);
    return names;
  }
  rd_kafka_conf_t* conf_;
};

}  // namespace

StatusOr<std::unique_ptr<KafkaClient>> KafkaClient::Make(Kind kind,
                                                         const KafkaConnection& connection,
                                                         const std::vector<Extra>& fixed,
                                                         const std::vector<Extra>& defaults) {
  std::unique_ptr<KafkaClient> client(new KafkaClient());
  client->table_ = connection.table;
  client->servers_ = connection.servers;
  client->log_ = std::make_unique<Log>();
  client->log_->table = connection.table;
  Configuration configuration;
  if (kind == Kind::kConsumer) {
    // Java's default, which the tables of our users were written for; librdkafka's is the other.
    RETURN_IF_ERROR(configuration.Set("isolation.level", "read_uncommitted"));
    // Assigning partitions needs a group's name even where no offset is ever committed.
    RETURN_IF_ERROR(configuration.Set("group.id", "weir"));
  }
  RETURN_IF_ERROR(configuration.Set("client.id", "weir"));
  // Half of it also lies between any two new connections, so between the one that learns the
  // brokers and the one to a leader. A broker that stays away is asked ever more seldom.
  RETURN_IF_ERROR(configuration.Set("reconnect.backoff.ms", "20"));
  for (const Extra& pair : defaults) RETURN_IF_ERROR(configuration.Set(pair.key, pair.value));
  for (const auto& [key, value] : connection.properties) {
    if (IsOnlyFor(kind == Kind::kConsumer ? Kind::kProducer : Kind::kConsumer, key)) continue;
    if (Status s = configuration.Set(key, value); !s.ok()) {
      return std::move(s).Annotate("table `" + connection.table + "`");
    }
  }
  for (const Extra& pair : fixed) RETURN_IF_ERROR(configuration.Set(pair.key, pair.value));
  if (kind == Kind::kProducer) {
    // Deliveries are reported through the main queue.
    rd_kafka_conf_set_events(configuration.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  }
  rd_kafka_conf_set_opaque(configuration.get(), client->log_.get());
  rd_kafka_conf_set_log_cb(configuration.get(), OnLog);
  rd_kafka_conf_interceptor_add_on_new(configuration.get(), "weir", OnNew, client->log_.get());
  std::array<char, 512> error;
  client->handle_ = rd_kafka_new(kind == Kind::kConsumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER,
                                 configuration.get(), error.data(), error.size());
  if (!client->handle_) {
    return InvalidArgumentError("table `" + connection.table + "`: Kafka client: " + error.data());
  }
  configuration.release();  // now the client's
  return client;
}

KafkaClient::~KafkaClient() {
  // Leaving no group takes no time: without a subscription there is nothing to hand back.
  if (handle_) rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

bool KafkaClient::all_brokers_down() const {
  std::lock_guard lock(log_->mutex);
  return log_->all_down;
}

std::chrono::milliseconds KafkaClient::UnreachableFor() const {
  std::lock_guard lock(log_->mutex);
  if (!log_->connected.empty()) return std::chrono::milliseconds(0);
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               log_->none_since);
}

std::string KafkaClient::DescribeOutage() const {
  std::lock_guard lock(log_->mutex);
  return "table `" + table_ + "`: no broker of Kafka at " + servers_ + " can be reached" +
         (log_->last_failure.empty() ? "" : " (" + log_->last_failure + ")") +
         "; the job goes on when one is back";
}

Status KafkaClient::Error(int error, const std::string& what) const {
  auto code = static_cast<rd_kafka_resp_err_t>(error);
  std::string cause;
  {
    std::lock_guard lock(log_->mutex);
    cause = log_->last_failure;
  }
  std::string where = "table `" + table_ + "`: " + what + " (Kafka at " + servers_ + "): ";
  bool login = code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
               cause.find("SASL") != std::string::npos ||
               cause.find("uthentication") != std::string::npos;
  switch (code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
      if (login) {
        return UnauthenticatedError(where + (cause.empty() ? rd_kafka_err2str(code) : cause) +
                                    "; check 'properties.security.protocol', "
                                    "'properties.sasl.mechanism' and the user's password");
      }
      return UnavailableError(where + (cause.empty() ? rd_kafka_err2str(code) : cause) +
                              "; is the broker running, and is 'properties.bootstrap.servers' "
                              "right?");
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return PermissionDeniedError(where + rd_kafka_err2str(code));
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return NotFoundError(where + rd_kafka_err2str(code));
    default:
      return UnavailableError(where + rd_kafka_err2str(code) +
                              (cause.empty() ? "" : " (" + cause + ")"));
  }
}

}  // namespace weir
