#pragma once

#include <memory>
#include <optional>

#include "connectors/connector.h"
#include "connectors/postgres/change_buffer.h"
#include "connectors/postgres/postgres_connection.h"
#include "connectors/postgres/postgres_options.h"
#include "connectors/postgres/postgres_rows.h"

namespace weir {

// Writes one epoch: in one transaction the writer's row of "weir_writers" is locked, its epoch
// compared, the rows are written and the epoch is set. Whether a COMMIT whose answer was lost took
// place is in that row, for the next to see. Blocks.
class PostgresTransaction final : public SinkTransaction {
 public:
  // Null when the epoch is in the table already. Ends whoever else writes an epoch of this writer:
  // a process that was paused in the middle, or a commit that was asked for twice.
  static StatusOr<std::unique_ptr<SinkTransaction>> Begin(const PostgresOptions& options,
                                                          const TableInfo& table,
                                                          const SinkEpoch& epoch);
  // For submission: the bookkeeping table is there or can be made, and what the server would lose.
  static Status Validate(const PostgresOptions& options, PostgresConnection& connection,
                         const PostgresTable& table);

  ~PostgresTransaction() override;
  Status Write(const Batch& batch) override;
  Status Commit() override;

 private:
  PostgresTransaction(std::unique_ptr<PostgresConnection> connection, const PostgresTable& real,
                      const TableInfo& table, const SinkEpoch& epoch);
  Status WriteBuffered();

  std::unique_ptr<PostgresConnection> connection_;
  const std::string writers_;
  const std::string mine_;  // the condition that finds the writer's row
  const int64_t id_;
  PostgresRows rows_;
  ChangeBuffer buffer_;
};

}  // namespace weir
