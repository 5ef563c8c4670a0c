#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "connectors/kafka/kafka_properties.h"

struct rd_kafka_s;

namespace weir {

// A librdkafka consumer or producer with what all uses of it share: its configuration, its log, the
// words for its errors. The last complaint of its threads is kept, for an error that says only
// "timed out".
class KafkaClient {
 public:
  struct Extra {
    std::string key, value;
  };
  enum class Kind { kConsumer, kProducer };
  // `fixed` goes over the table's properties, `defaults` under them. What of the properties means
  // nothing to a client of this kind is left out.
  static StatusOr<std::unique_ptr<KafkaClient>> Make(Kind kind, const KafkaConnection& connection,
                                                     const std::vector<Extra>& fixed,
                                                     const std::vector<Extra>& defaults = {});
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  rd_kafka_s* get() const { return handle_; }

  // Whether at some time no broker could be reached.
  bool all_brokers_down() const;
  // For how long no broker has been connected; 0 while one is.
  std::chrono::milliseconds UnreachableFor() const;
  // "table `t`: no broker of Kafka at ... can be reached (why)".
  std::string DescribeOutage() const;

  // `what` failed with librdkafka's `error`: says which servers were asked, the cause the client's
  // threads logged, and what to do. The code tells whether trying again may help.
  Status Error(int error, const std::string& what) const;

  struct Log;

 private:
  KafkaClient() = default;

  std::string table_;
  std::string servers_;
  std::unique_ptr<Log> log_;
  rd_kafka_s* handle_ = nullptr;
};

}  // namespace weir
