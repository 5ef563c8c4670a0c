#include "connectors/postgres/postgres_transaction.h"

#include "common/base/failpoint.h"
#include "common/base/logging.h"
#include "connectors/postgres/postgres_writers.h"

namespace weir {
namespace {

constexpr size_t kBufferedRows = 20'000;

std::string RowOf(const SinkEpoch& epoch) {
  return "lineage = " + QuoteSqlText(epoch.lineage) +
         " AND sink = " + QuoteSqlText(epoch.sink_uid) +
         " AND subtask = " + std::to_string(epoch.subtask);
}

Status NoWritersTable(const PostgresOptions& options, const PostgresTable& table) {
  return PermissionDeniedError(
      options.Where() +
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
                                         const PostgresOptions& options, const PostgresTable& real,
                                         const TableInfo& table, const SinkEpoch& epoch)
    : connection_(std::move(connection)),
      writers_(WritersTable(real)),
      address_(options.address),
      epoch_(epoch),
      mine_(RowOf(epoch)),
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
    LOG(kWarning) << options.Where()
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
  return BeginEpoch(std::unique_ptr<EpochTarget>(new PostgresTransaction(
                        std::move(connection), options, real, table, epoch)),
                    epoch);
}

Status PostgresTransaction::TakeOver() {
  const std::string name =
      epoch_.lineage + "/" + epoch_.sink_uid + "/" + std::to_string(epoch_.subtask) + "/epochs";
  return TakeSessionName(*connection_, name, TakesOver::kAll, epoch_.id);
}

// From here on the row is locked.
StatusOr<int64_t> PostgresTransaction::ReadNote() {
  RETURN_IF_ERROR(Failpoint("postgres-begin"));
  // An acknowledged commit must be there after a crash of the server.
  RETURN_IF_ERROR(connection_
                      ->Run("BEGIN; SELECT set_config('synchronous_commit', 'on', true) WHERE "
                            "current_setting('synchronous_commit') = 'off'; INSERT INTO " +
                            writers_ + " (lineage, sink, subtask, attempt) VALUES (" +
                            QuoteSqlText(epoch_.lineage) + ", " + QuoteSqlText(epoch_.sink_uid) +
                            ", " + std::to_string(epoch_.subtask) + ", 0) ON CONFLICT DO NOTHING")
                      .status());
  ASSIGN_OR_RETURN(
      PostgresConnection::Rows rows,
      connection_->Run("SELECT epoch FROM " + writers_ + " WHERE " + mine_ + " FOR UPDATE"));
  if (rows.size() != 1) return AbortedError("the row of the sink in " + writers_ + " is gone");
  return std::stoll(*rows[0][0]);
}

std::string PostgresTransaction::NoteName() const {
  return "\"epoch\" in " + writers_ + " WHERE " + mine_ + " in PostgreSQL at " + address_;
}

Status PostgresTransaction::Begin() { return rows_.Prepare(*connection_); }

Status PostgresTransaction::Write(const Batch& batch) {
  buffer_.Add(batch);
  return buffer_.rows() < kBufferedRows ? OkStatus() : WriteBuffered();
}

Status PostgresTransaction::WriteBuffered() {
  if (buffer_.empty()) return OkStatus();
  RETURN_IF_ERROR(Failpoint("postgres-write"));
  return rows_.Write(*connection_, buffer_.Take());
}

Status PostgresTransaction::WriteNote(int64_t epoch) {
  RETURN_IF_ERROR(WriteBuffered());
  RETURN_IF_ERROR(Failpoint("postgres-note"));
  return connection_
      ->Run("UPDATE " + writers_ + " SET epoch = " + std::to_string(epoch) +
            ", raised = now() WHERE " + mine_)
      .status();
}

Status PostgresTransaction::Commit() {
  RETURN_IF_ERROR(Failpoint("postgres-commit"));
  return connection_->Run("COMMIT").status();
}

}  // namespace weir
