#include "connectors/postgres/postgres_writers.h"

namespace weir {
namespace {

// Epochs came after attempts.
constexpr char kAddEpoch[] = " ADD COLUMN IF NOT EXISTS epoch bigint NOT NULL DEFAULT 0";

}  // namespace

std::string WritersTable(const PostgresTable& table) {
  return QuoteSqlName(table.schema) + ".weir_writers";
}

std::string LockNumber(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return std::to_string(static_cast<int64_t>(hash));
}

StatusOr<bool> MakeWritersTable(PostgresConnection& connection, const PostgresTable& table) {
  const std::string writers = WritersTable(table);
  ASSIGN_OR_RETURN(PostgresConnection::Rows rows,
                   connection.Run("SELECT count(*) FROM pg_attribute WHERE attname = 'epoch' AND "
                                  "NOT attisdropped AND attrelid = to_regclass($1)",
                                  {writers}));
  if (*rows[0][0] == "1") return true;
  // Two that make it at once would collide in the catalog.
  Status made = connection
                    .Run("BEGIN; SELECT pg_advisory_xact_lock(" + LockNumber("weir_writers") +
                         "); CREATE TABLE IF NOT EXISTS " + writers +
                         " (lineage text, sink text, subtask integer, attempt bigint NOT NULL,"
                         " raised timestamptz NOT NULL DEFAULT now(),"
                         " epoch bigint NOT NULL DEFAULT 0,"
                         " PRIMARY KEY (lineage, sink, subtask)); ALTER TABLE " +
                         writers + kAddEpoch + "; COMMIT")
                    .status();
  if (made.ok()) return true;
  bool forbidden = made.code() == StatusCode::kPermissionDenied;
  if (!connection.broken()) RETURN_IF_ERROR(connection.Run("ROLLBACK").status());
  if (forbidden) return false;
  return made;
}

Status TakeSessionName(PostgresConnection& connection, const std::string& name, TakesOver which,
                       int64_t attempt) {
  const std::string prefix = "weir:" + LockNumber(name) + ":";
  const std::string below = which == TakesOver::kAll ? "" : "::bigint < " + std::to_string(attempt);
  RETURN_IF_ERROR(
      connection
          .Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user"
               " AND datname = current_database() AND pid <> pg_backend_pid() AND"
               " substring(application_name FROM '^" +
               prefix + "([0-9]+)$')" + (below.empty() ? " IS NOT NULL" : below))
          .status());
  return connection.Run("SET application_name = '" + prefix + std::to_string(attempt) + "'")
      .status();
}

}  // namespace weir
