#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/postgres/change_buffer.h"
#include "connectors/postgres/postgres_connection.h"
#include "connectors/postgres/postgres_fence.h"
#include "connectors/postgres/postgres_options.h"
#include "connectors/postgres/postgres_rows.h"

namespace weir {

// The blocking side of a writer: its connection, kept and renewed, and its transactions. Used by
// one thread at a time.
class PostgresSession {
 public:
  PostgresSession(std::shared_ptr<const PostgresOptions> options, TableInfo table,
                  WriterIdentity identity)
      : options_(std::move(options)), table_(std::move(table)), identity_(std::move(identity)) {}

  // Connects, checks the table, enters the fence, if that was not done yet.
  Status Connect();
  // One transaction; again with back-off after transient errors, at most 'sink.max-retries' times.
  // An unknown outcome is tried again, too: with a key that changes nothing.
  Status WriteAll(const ChangeBuffer::Changes& changes);

 private:
  Status TryWrite(const ChangeBuffer::Changes& changes);
  template <class Work>
  Status Retry(Work work);

  const std::shared_ptr<const PostgresOptions> options_;
  const TableInfo table_;
  const WriterIdentity identity_;
  std::unique_ptr<PostgresConnection> connection_;
  std::optional<PostgresFence> fence_;
  std::optional<PostgresRows> rows_;
};

}  // namespace weir
