#include "connectors/postgres/postgres.h"

#include "connectors/postgres/postgres_connection.h"
#include "connectors/postgres/postgres_options.h"
#include "connectors/postgres/postgres_table.h"
#include "connectors/postgres/postgres_transaction.h"
#include "connectors/postgres/postgres_writer.h"

namespace weir {
namespace {

class PostgresSink final : public Sink {
 public:
  PostgresSink(TableInfo table, std::shared_ptr<const PostgresOptions> options)
      : table_(std::move(table)), options_(std::move(options)) {}

  bool accepts_updates() const override { return !table_.primary_key.empty(); }

  Status Validate() override {
    ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> connection,
                     PostgresConnection::Open(*options_));
    ASSIGN_OR_RETURN(PostgresTable real, PostgresTable::Find(*connection, *options_, table_));
    if (!options_->exactly_once) return OkStatus();
    return PostgresTransaction::Validate(*options_, *connection, real);
  }

  bool writes_ahead() const override { return options_->exactly_once; }

  StatusOr<std::unique_ptr<SinkTransaction>> Begin(const SinkEpoch& epoch, int64_t) override {
    return PostgresTransaction::Begin(*options_, table_, epoch);
  }

  StatusOr<std::unique_ptr<SinkWriter>> MakeWriter(SinkWriterContext context) override {
    return std::unique_ptr<SinkWriter>(
        std::make_unique<PostgresWriter>(options_, table_, std::move(context)));
  }

 private:
  const TableInfo table_;
  const std::shared_ptr<const PostgresOptions> options_;
};

}  // namespace

Connector PostgresConnector() {
  Connector connector;
  connector.name = "jdbc";
  connector.make_sink = [](const TableInfo& table) -> StatusOr<std::unique_ptr<Sink>> {
    ASSIGN_OR_RETURN(PostgresOptions options, PostgresOptions::Read(table));
    for (const Field& field : table.schema->fields()) {
      if (!SuggestPostgresType(field.type).empty()) continue;
      return InvalidArgumentError("table `" + table.name + "`, column `" + field.name +
                                  "`: PostgreSQL has no type for " + field.type.ToString());
    }
    return std::unique_ptr<Sink>(std::make_unique<PostgresSink>(
        table, std::make_shared<const PostgresOptions>(std::move(options))));
  };
  return connector;
}

}  // namespace weir
