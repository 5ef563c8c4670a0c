#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/postgres/change_buffer.h"
#include "connectors/postgres/postgres_connection.h"
#include "connectors/postgres/postgres_table.h"

namespace weir {

// The statements that write rows into one table over one session, inside whatever transaction is
// open. Used by one thread at a time.
class PostgresRows {
 public:
  PostgresRows(std::string job_table, const PostgresTable& table)
      : job_table_(std::move(job_table)), table_(table) {}

  Status Prepare(PostgresConnection& connection) const;
  // Deletes first. In statements of some thousand rows.
  Status Write(PostgresConnection& connection, const ChangeBuffer::Changes& changes);

 private:
  Status Run(PostgresConnection& connection, const ChangeBuffer::Changes& changes,
             const std::vector<ChangeBuffer::Ref>& rows, bool deletes);

  const std::string job_table_;  // for messages
  const PostgresTable table_;
  std::vector<std::string> parameters_;  // reused
};

}  // namespace weir
