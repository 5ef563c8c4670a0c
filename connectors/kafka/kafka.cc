#include "connectors/kafka/kafka.h"

#include "connectors/kafka/kafka_discovery.h"
#include "connectors/kafka/kafka_metadata.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/kafka_reader.h"
#include "connectors/kafka/kafka_transaction.h"
#include "connectors/kafka/kafka_writer.h"

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

class KafkaSink final : public Sink {
 public:
  KafkaSink(TableInfo table, std::shared_ptr<const KafkaSinkOptions> options)
      : table_(std::move(table)), options_(std::move(options)) {}

  bool accepts_updates() const override { return options_->upsert; }

  Status Validate() override {
    ASSIGN_OR_RETURN(std::unique_ptr<KafkaClient> client,
                     KafkaClient::Make(KafkaClient::Kind::kProducer, *options_, {}));
    ASSIGN_OR_RETURN(std::vector<KafkaPartition> partitions,
                     ListKafkaPartitions(*client, *options_, options_->topics));
    if (!partitions.empty()) return OkStatus();
    return NotFoundError("table `" + table_.name + "`: no topic on Kafka at " + options_->servers +
                         " fits 'topic-pattern' = '" + options_->topics.pattern + "'");
  }

  StatusOr<std::unique_ptr<SinkWriter>> MakeWriter(SinkWriterContext context) override {
    return KafkaWriter::Make(options_, table_, std::move(context));
  }

  bool writes_ahead() const override {
    return options_->guarantee == KafkaSinkOptions::Guarantee::kExactlyOnce;
  }
  StatusOr<std::unique_ptr<SinkTransaction>> Begin(const SinkEpoch& epoch, int64_t bytes) override {
    return KafkaTransaction::Begin(*options_, table_, epoch, bytes);
  }

 private:
  const TableInfo table_;
  const std::shared_ptr<const KafkaSinkOptions> options_;
};

// Whether the client takes the table's properties is found by making one, before anything is asked
// outside. That is done wherever the table is used, so also with each commit: without servers it
// connects to nobody, and takes a millisecond of a core.
template <class Options>
Options WithoutServers(Options options) {
  for (const char* key : {"bootstrap.servers", "metadata.broker.list"}) {
    options.properties.erase(key);
  }
  return options;
}

Status CheckProperties(const KafkaSinkOptions& options) {
  return options.guarantee == KafkaSinkOptions::Guarantee::kExactlyOnce
             ? KafkaTransaction::CheckProperties(WithoutServers(options))
             : KafkaProducer::Make(WithoutServers(options), 0, nullptr).status();
}

StatusOr<std::unique_ptr<Sink>> MakeSink(const TableInfo& table, bool upsert) {
  ASSIGN_OR_RETURN(KafkaSinkOptions options, KafkaSinkOptions::Read(table, upsert));
  RETURN_IF_ERROR(KafkaRecordEncoder::Make(table, options).status());
  RETURN_IF_ERROR(CheckProperties(options));
  return std::unique_ptr<Sink>(std::make_unique<KafkaSink>(
      table, std::make_shared<const KafkaSinkOptions>(std::move(options))));
}

StatusOr<std::unique_ptr<Source>> MakeSource(const TableInfo& table, bool upsert) {
  ASSIGN_OR_RETURN(KafkaOptions options, KafkaOptions::Read(table, upsert));
  RETURN_IF_ERROR(CheckKafkaMetadata(table));
  RETURN_IF_ERROR(
      KafkaClient::Make(KafkaClient::Kind::kConsumer, WithoutServers(options), {}).status());
  return std::unique_ptr<Source>(std::make_unique<KafkaSource>(
      table, std::make_shared<const KafkaOptions>(std::move(options))));
}

}  // namespace

Connector UpsertKafkaConnector() {
  Connector connector;
  connector.name = "upsert-kafka";
  connector.metadata = KafkaMetadataKeys();
  connector.reads_upserts = true;
  connector.make_source = [](const TableInfo& table) { return MakeSource(table, true); };
  connector.make_sink = [](const TableInfo& table) { return MakeSink(table, true); };
  return connector;
}

Connector KafkaConnector() {
  Connector connector;
  connector.name = "kafka";
  connector.metadata = KafkaMetadataKeys();
  connector.make_source = [](const TableInfo& table) { return MakeSource(table, false); };
  connector.make_sink = [](const TableInfo& table) { return MakeSink(table, false); };
  return connector;
}

}  // namespace weir
