#include "connectors/blackhole/blackhole.h"

#include "connectors/table_options.h"

namespace weir {
namespace {

class BlackholeWriter final : public SinkWriter {
 public:
  StatusOr<bool> Write(const Batch&) override { return true; }
  StatusOr<bool> Flush() override { return true; }
};

class BlackholeSink final : public Sink {
 public:
  bool accepts_updates() const override { return true; }
  Status Validate() override { return OkStatus(); }
  StatusOr<std::unique_ptr<SinkWriter>> MakeWriter(SinkWriterContext) override {
    return std::unique_ptr<SinkWriter>(std::make_unique<BlackholeWriter>());
  }
};

}  // namespace

Connector BlackholeConnector() {
  Connector connector;
  connector.name = "blackhole";
  connector.writes_partitions = true;
  connector.make_sink = [](const TableInfo& table) -> StatusOr<std::unique_ptr<Sink>> {
    RETURN_IF_ERROR(TableOptions(table).Finish());
    return std::unique_ptr<Sink>(std::make_unique<BlackholeSink>());
  };
  return connector;
}

}  // namespace weir
