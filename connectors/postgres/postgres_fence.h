#pragma once

#include <string>

#include "connectors/connector.h"
#include "connectors/postgres/postgres_connection.h"
#include "connectors/postgres/postgres_table.h"

namespace weir {

// Keeps a writer that was replaced from writing after its successor began: a process that was
// paused and comes back with a transaction half done.
//
// Each writer has a row (lineage, sink, subtask, attempt) in a table "weir_writers" beside the
// table it writes. Enter() ends the sessions of earlier attempts, which may be paused in the middle
// of a transaction, and raises the attempt of all rows of the sink; every writing transaction
// begins by locking its own row FOR SHARE and finding its own attempt in it. Where the table may
// not be made, a session advisory lock does the same: a successor ends the session that holds it.
class PostgresFence {
 public:
  PostgresFence(const WriterIdentity& identity, const PostgresTable& table);

  // Once a session, before it writes. kAborted when a successor was there already.
  Status Enter(PostgresConnection& connection);
  // Begins a transaction in which this writer may write. kAborted when a successor has begun.
  Status Begin(PostgresConnection& connection);

 private:
  Status EnterByRow(PostgresConnection& connection);
  Status EnterByLock(PostgresConnection& connection);
  Status Replaced() const;

  const WriterIdentity identity_;
  const PostgresTable table_;
  const std::string writers_;  // the qualified name of the bookkeeping table
  std::string begin_sql_;
  bool by_row_ = true;
};

}  // namespace weir
