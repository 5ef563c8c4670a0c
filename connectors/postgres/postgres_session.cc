#include "connectors/postgres/postgres_session.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "common/base/failpoint.h"
#include "common/base/logging.h"

namespace weir {
template <class Work>
Status PostgresSession::Retry(Work work) {
  std::chrono::milliseconds pause(100);
  for (int64_t tried = 0;; ++tried) {
    Status status = work();
    if (status.ok() || status.code() != StatusCode::kUnavailable) return status;
    // What the server thinks of the transaction is unknown: a new session starts clean.
    connection_.reset();
    if (tried >= options_->max_retries) return status;
    LOG(kWarning) << status.message() << "; again in " << pause.count() << " ms";
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(5000));
  }
}

Status PostgresSession::Connect() {
  if (connection_ && !connection_->broken()) return OkStatus();
  ASSIGN_OR_RETURN(connection_, PostgresConnection::Open(*options_));
  ASSIGN_OR_RETURN(PostgresTable real, PostgresTable::Find(*connection_, *options_, table_));
  fence_.emplace(identity_, real);
  RETURN_IF_ERROR(fence_->Enter(*connection_));
  rows_.emplace(options_->table, real);
  return rows_->Prepare(*connection_);
}

Status PostgresSession::WriteAll(const ChangeBuffer::Changes& changes) {
  return Retry([&] { return TryWrite(changes); });
}

Status PostgresSession::TryWrite(const ChangeBuffer::Changes& changes) {
  RETURN_IF_ERROR(Connect());
  if (changes.upserts.empty() && changes.deletes.empty()) return OkStatus();
  RETURN_IF_ERROR(fence_->Begin(*connection_));
  Status status = rows_->Write(*connection_, changes);
  if (status.ok()) status = Failpoint("flush");
  if (status.ok()) {
    RETURN_IF_ERROR(connection_->Run("COMMIT").status());
    return Failpoint("flushed");
  }
  if (!connection_->broken()) (void)connection_->Run("ROLLBACK");
  return status;
}

}  // namespace weir
