#include "connectors/postgres/postgres_transaction.h"

#include "common/base/failpoint.h"
#include "common/base/logging.h"
#include "connectors/postgres/postgres_writers.h"
#include "connectors/sink_epoch.h"

namespace weir {
namespace {

constexpr size_t kBufferedRows = 20'000;

std::string RowOf(const SinkEpoch& epoch) {
  return "lineage = " + QuoteSqlText(epoch.lineage) +
         " AND sink = " + QuoteSqlText(epoch.sink_uid) +
         " AND subtask = " + std::to_string(epoch.subtask);
}

std::string Where(const PostgresOptions& options) {
  return "table `" + options.table + "`: PostgreSQL at " + options.address + ": ";
}

Status NoWritersTable(const PostgresOptions& options, const PostgresTable& table) {
  return PermissionDeniedError(
      Where(options) +
      "'sink.delivery-guarantee' = 'exactly-once' notes what was written in the table " +
      WritersTable(table) +
      ", which this user may not make or may not write: GRANT CREATE ON SCHEMA " +
      QuoteSqlName(table.schema) +
      ", or SELECT, INSERT, UPDATE on the table if it is there, or choose 'at-least-once'");
}

Status NeedWritersTable(const PostgresOptions& options, PostgresConnection& connection,
                        const PostgresTable& table) {
  ASSIGN_OR_RETURN(bool made, MakeWritersTable(connection, table));
  return made ? OkStatus() : NoWritersTable(options, table);
}

}  // namespace

PostgresTransaction::PostgresTransaction(std::unique_ptr<PostgresConnection> connection,
                                         const PostgresTable& real, const TableInfo& table,
                                         const SinkEpoch& epoch)
    : connection_(std::move(connection)),
      writers_(WritersTable(real)),
      mine_(RowOf(epoch)),
      id_(epoch.id),
      rows_(table.name, real),
      buffer_(table.primary_key) {}

PostgresTransaction::~PostgresTransaction() = default;  // the session's end undoes

Status PostgresTransaction::Validate(const PostgresOptions& options, PostgresConnection& connection,
                                     const PostgresTable& table) {
  RETURN_IF_ERROR(NeedWritersTable(options, connection, table));
  const std::string writers = QuoteSqlText(WritersTable(table));
  ASSIGN_OR_RETURN(PostgresConnection::Rows rows,
                   connection.Run("SELECT has_table_privilege(" + writers +
                                  ", 'SELECT') AND has_table_privilege(" + writers +
                                  ", 'INSERT') AND has_table_privilege(" + writers +
                                  ", 'UPDATE'), current_setting('fsync')"));
  if (*rows[0][0] != "t") return NoWritersTable(options, table);
  if (*rows[0][1] == "off") {
    LOG(kWarning) << Where(options)
                  << "fsync is off: after a crash of its machine rows that were committed may be "
                     "gone, and the job will refuse to go on";
  }
  return OkStatus();
}

StatusOr<std::unique_ptr<SinkTransaction>> PostgresTransaction::Begin(
    const PostgresOptions& options, const TableInfo& table, const SinkEpoch& epoch) {
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> connection,
                   PostgresConnection::Open(options));
  ASSIGN_OR_RETURN(PostgresTable real, PostgresTable::Find(*connection, options, table));
  RETURN_IF_ERROR(NeedWritersTable(options, *connection, real));
  const std::string writers = WritersTable(real);
  const std::string name =
      epoch.lineage + "/" + epoch.sink_uid + "/" + std::to_string(epoch.subtask) + "/epochs";
  RETURN_IF_ERROR(TakeSessionName(*connection, name, TakesOver::kAll, epoch.id));
  RETURN_IF_ERROR(Failpoint("postgres-begin"));
  // An acknowledged commit must be there after a crash of the server.
  RETURN_IF_ERROR(connection
                      ->Run("BEGIN; SELECT set_config('synchronous_commit', 'on', true) WHERE "
                            "current_setting('synchronous_commit') = 'off'; INSERT INTO " +
                            writers + " (lineage, sink, subtask, attempt) VALUES (" +
                            QuoteSqlText(epoch.lineage) + ", " + QuoteSqlText(epoch.sink_uid) +
                            ", " + std::to_string(epoch.subtask) + ", 0) ON CONFLICT DO NOTHING")
                      .status());
  ASSIGN_OR_RETURN(
      PostgresConnection::Rows rows,
      connection->Run("SELECT epoch FROM " + writers + " WHERE " + RowOf(epoch) + " FOR UPDATE"));
  if (rows.size() != 1) return AbortedError("the row of the sink in " + writers + " is gone");
  ASSIGN_OR_RETURN(EpochState state,
                   CompareEpochs(epoch, std::stoll(*rows[0][0]),
                                 "\"epoch\" in " + writers + " WHERE " + RowOf(epoch) +
                                     " in PostgreSQL at " + options.address));
  if (state == EpochState::kWritten) return std::unique_ptr<SinkTransaction>();
  std::unique_ptr<PostgresTransaction> out(
      new PostgresTransaction(std::move(connection), real, table, epoch));
  RETURN_IF_ERROR(out->rows_.Prepare(*out->connection_));
  return std::unique_ptr<SinkTransaction>(std::move(out));
}

Status PostgresTransaction::Write(const Batch& batch) {
  buffer_.Add(batch);
  return buffer_.rows() < kBufferedRows ? OkStatus() : WriteBuffered();
}

Status PostgresTransaction::WriteBuffered() {
  if (buffer_.empty()) return OkStatus();
  RETURN_IF_ERROR(Failpoint("postgres-write"));
  return rows_.Write(*connection_, buffer_.Take());
}

Status PostgresTransaction::Commit() {
  RETURN_IF_ERROR(WriteBuffered());
  RETURN_IF_ERROR(Failpoint("postgres-note"));
  RETURN_IF_ERROR(connection_
                      ->Run("UPDATE " + writers_ + " SET epoch = " + std::to_string(id_) +
                            ", raised = now() WHERE " + mine_)
                      .status());
  RETURN_IF_ERROR(Failpoint("postgres-commit"));
  return connection_->Run("COMMIT").status();
}

}  // namespace weir
