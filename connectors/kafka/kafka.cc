#include "connectors/kafka/kafka.h"

#include "connectors/kafka/kafka_discovery.h"
#include "connectors/kafka/kafka_metadata.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/kafka_reader.h"

namespace weir {
namespace {

class KafkaSource final : public Source {
 public:
  KafkaSource(TableInfo table, std::shared_ptr<const KafkaOptions> options)
      : table_(std::move(table)), options_(std::move(options)) {}

  bool bounded() const override { return options_->end.mode != KafkaOffsets::Mode::kUnbounded; }
  std::optional<Duration> discovery_interval() const override {
    return options_->discovery_interval;
  }
  Status Validate() override {
    ASSIGN_OR_RETURN(std::unique_ptr<KafkaDiscovery> discovery, KafkaDiscovery::Make(options_));
    return discovery->Partitions().status();
  }
  StatusOr<std::unique_ptr<SplitDiscovery>> MakeDiscovery() override {
    ASSIGN_OR_RETURN(std::unique_ptr<KafkaDiscovery> discovery, KafkaDiscovery::Make(options_));
    return std::unique_ptr<SplitDiscovery>(std::move(discovery));
  }
  StatusOr<std::unique_ptr<SourceReader>> MakeReader(SourceReaderContext context) override {
    ASSIGN_OR_RETURN(std::unique_ptr<KafkaReader> reader,
                     KafkaReader::Make(options_, table_, std::move(context)));
    return std::unique_ptr<SourceReader>(std::move(reader));
  }

 private:
  const TableInfo table_;
  const std::shared_ptr<const KafkaOptions> options_;
};

}  // namespace

Connector KafkaConnector() {
  Connector connector;
  connector.name = "kafka";
  connector.metadata = KafkaMetadataKeys();
  connector.make_source = [](const TableInfo& table) -> StatusOr<std::unique_ptr<Source>> {
    ASSIGN_OR_RETURN(KafkaOptions options, KafkaOptions::Read(table));
    RETURN_IF_ERROR(CheckKafkaMetadata(table));
    auto shared = std::make_shared<const KafkaOptions>(std::move(options));
    // Properties that the client does not know are found here, before anything is asked outside.
    RETURN_IF_ERROR(KafkaClient::Make(*shared, {}).status());
    return std::unique_ptr<Source>(std::make_unique<KafkaSource>(table, std::move(shared)));
  };
  return connector;
}

}  // namespace weir
