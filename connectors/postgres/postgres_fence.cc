#include "connectors/postgres/postgres_fence.h"

#include <chrono>
#include <thread>

#include "common/base/logging.h"
#include "connectors/postgres/postgres_writers.h"

namespace weir {
PostgresFence::PostgresFence(const WriterIdentity& identity, const PostgresTable& table)
    : identity_(identity), table_(table), writers_(WritersTable(table)) {}

Status PostgresFence::Replaced() const {
  return AbortedError("attempt " + std::to_string(identity_.attempt) + " of the sink " +
                      identity_.sink_uid + ", subtask " + std::to_string(identity_.subtask) +
                      ", was replaced by a later one and may not write any more");
}

Status PostgresFence::Enter(PostgresConnection& connection) {
  ASSIGN_OR_RETURN(by_row_, MakeWritersTable(connection, table_));
  if (!by_row_) return EnterByLock(connection);
  Status entered = EnterByRow(connection);
  if (entered.code() != StatusCode::kPermissionDenied) return entered;
  // The table is there, but another role's.
  RETURN_IF_ERROR(connection.Run("ROLLBACK").status());
  by_row_ = false;
  return EnterByLock(connection);
}

Status PostgresFence::EnterByRow(PostgresConnection& connection) {
  std::string mine = "lineage = " + QuoteSqlText(identity_.lineage) +
                     " AND sink = " + QuoteSqlText(identity_.sink_uid);
  std::string attempt = std::to_string(identity_.attempt);
  std::string subtask = std::to_string(identity_.subtask);
  RETURN_IF_ERROR(TakeSessionName(connection, identity_.lineage + "/" + identity_.sink_uid,
                                  TakesOver::kEarlier, identity_.attempt));
  // One enters at a time, and rows are locked in one order: no deadlock, no gap between the look
  // and the raise. All rows of the sink are raised, also those of subtasks that are no more.
  RETURN_IF_ERROR(connection
                      .Run("BEGIN; SELECT pg_advisory_xact_lock(" +
                           LockNumber(identity_.lineage + "/" + identity_.sink_uid) + ")")
                      .status());
  ASSIGN_OR_RETURN(PostgresConnection::Rows rows,
                   connection.Run("SELECT attempt FROM " + writers_ + " WHERE " + mine +
                                  " ORDER BY subtask FOR UPDATE"));
  for (const PostgresConnection::Row& row : rows) {
    if (std::stoll(*row[0]) > identity_.attempt) {
      RETURN_IF_ERROR(connection.Run("ROLLBACK").status());
      return Replaced();
    }
  }
  RETURN_IF_ERROR(
      connection
          .Run("UPDATE " + writers_ + " SET attempt = " + attempt + ", raised = now() WHERE " +
               mine + " AND attempt < " + attempt + "; INSERT INTO " + writers_ +
               " (lineage, sink, subtask, attempt) VALUES (" + QuoteSqlText(identity_.lineage) +
               ", " + QuoteSqlText(identity_.sink_uid) + ", " + subtask + ", " + attempt +
               ") ON CONFLICT DO NOTHING; COMMIT")
          .status());
  begin_sql_ = "BEGIN; SELECT attempt FROM " + writers_ + " WHERE " + mine +
               " AND subtask = " + subtask + " FOR SHARE";
  return OkStatus();
}

Status PostgresFence::EnterByLock(PostgresConnection& connection) {
  LOG(kInfo) << "the table " << writers_ << " may not be made: the sink " << identity_.sink_uid
             << " keeps late writers out by a session lock";
  std::string number = LockNumber(identity_.lineage + "/" + identity_.sink_uid + "/" +
                                  std::to_string(identity_.subtask));
  begin_sql_ = "BEGIN";
  constexpr int kTries = 50;
  for (int i = 0; i < kTries; ++i) {
    ASSIGN_OR_RETURN(PostgresConnection::Rows rows,
                     connection.Run("SELECT pg_try_advisory_lock(" + number + ")"));
    if (*rows[0][0] == "t") return OkStatus();
    // A session of the same user may end another one.
    RETURN_IF_ERROR(
        connection
            .Run("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND"
                 " granted AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE"
                 " datname = current_database()) AND (classid::bigint << 32 | objid::bigint) = " +
                 number)
            .status());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return UnavailableError("the sink " + identity_.sink_uid + ", subtask " +
                          std::to_string(identity_.subtask) +
                          ": another session holds its lock and does not end");
}

Status PostgresFence::Begin(PostgresConnection& connection) {
  ASSIGN_OR_RETURN(PostgresConnection::Rows rows, connection.Run(begin_sql_));
  if (!by_row_) return OkStatus();
  if (rows.size() == 1 && std::stoll(*rows[0][0]) == identity_.attempt) return OkStatus();
  RETURN_IF_ERROR(connection.Run("ROLLBACK").status());
  return Replaced();
}

}  // namespace weir
