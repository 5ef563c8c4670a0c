#pragma once

#include <string>

#include "connectors/postgres/postgres_connection.h"
#include "connectors/postgres/postgres_table.h"

namespace weir {

// The bookkeeping table "weir_writers" beside a table that is written: a row for each writer
// (lineage, sink, subtask) with the attempt that may write now (postgres_fence.h) or the last epoch
// that was written (postgres_transaction.h); and the sessions of writers, found by their names.

std::string WritersTable(const PostgresTable& table);  // its qualified name
// Makes it if it is not there. False: this user may not.
StatusOr<bool> MakeWritersTable(PostgresConnection& connection, const PostgresTable& table);

// A text as a number, for advisory locks and names of sessions.
std::string LockNumber(const std::string& text);

// Ends the sessions of the same name, of this user, and gives the name to this session: a process
// that was paused in the middle of a transaction would hold its locks until it wakes. With kEarlier
// only those of an earlier attempt.
enum class TakesOver { kEarlier, kAll };
Status TakeSessionName(PostgresConnection& connection, const std::string& name, TakesOver which,
                       int64_t attempt);

}  // namespace weir
