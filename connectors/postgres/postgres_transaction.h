#pragma once

#include <memory>
#include <optional>

#include "connectors/epoch_transaction.h"
#include "connectors/postgres/change_buffer.h"
#include "connectors/postgres/postgres_connection.h"
#include "connectors/postgres/postgres_options.h"
#include "connectors/postgres/postgres_rows.h"

namespace weir {

// PostgreSQL as the target of one epoch: in one transaction the writer's row of "weir_writers" is
// locked, its epoch compared, the rows are written and the epoch is set. Whether a COMMIT whose
// answer was lost took place is in that row, for the next to see.
class PostgresTransaction final : public EpochTarget {
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
  Status TakeOver() override;
  StatusOr<int64_t> ReadNote() override;
  std::string NoteName() const override;
  Status Begin() override;
  Status Write(const Batch& batch) override;
  Status WriteNote(int64_t epoch) override;
  Status Commit() override;

 private:
  PostgresTransaction(std::unique_ptr<PostgresConnection> connection,
                      const PostgresOptions& options, const PostgresTable& real,
                      const TableInfo& table, const SinkEpoch& epoch);
  Status WriteBuffered();

  std::unique_ptr<PostgresConnection> connection_;
  const std::string writers_;
  const std::string address_;
  const SinkEpoch epoch_;
  const std::string mine_;  // the condition that finds the writer's row
  PostgresRows rows_;
  ChangeBuffer buffer_;
};

}  // namespace weir
