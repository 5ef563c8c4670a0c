#include "connectors/postgres/postgres_session.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "common/base/logging.h"

namespace weir {
namespace {

constexpr size_t kRowsPerStatement = 5000;

}  // namespace

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
  ASSIGN_OR_RETURN(real_, PostgresTable::Find(*connection_, *options_, table_));
  fence_.emplace(identity_, *real_);
  RETURN_IF_ERROR(fence_->Enter(*connection_));
  RETURN_IF_ERROR(connection_->Prepare("put", real_->insert_sql));
  if (!real_->delete_sql.empty()) {
    RETURN_IF_ERROR(connection_->Prepare("remove", real_->delete_sql));
  }
  return OkStatus();
}

Status PostgresSession::WriteAll(const ChangeBuffer::Changes& changes) {
  return Retry([&] { return TryWrite(changes); });
}

Status PostgresSession::TryWrite(const ChangeBuffer::Changes& changes) {
  RETURN_IF_ERROR(Connect());
  if (changes.upserts.empty() && changes.deletes.empty()) return OkStatus();
  RETURN_IF_ERROR(fence_->Begin(*connection_));
  Status status = WriteRows(changes, changes.deletes, true);
  if (status.ok()) status = WriteRows(changes, changes.upserts, false);
  if (status.ok()) return connection_->Run("COMMIT").status();
  if (!connection_->broken()) (void)connection_->Run("ROLLBACK");
  return status;
}

Status PostgresSession::WriteRows(const ChangeBuffer::Changes& changes,
                                  const std::vector<ChangeBuffer::Ref>& rows, bool deletes) {
  std::vector<uint32_t> columns = real_->key;
  if (!deletes) {
    columns.clear();
    for (uint32_t i = 0; i < real_->columns.size(); ++i) columns.push_back(i);
  }
  parameters_.resize(columns.size());
  for (size_t begin = 0; begin < rows.size(); begin += kRowsPerStatement) {
    size_t end = std::min(rows.size(), begin + kRowsPerStatement);
    for (size_t c = 0; c < columns.size(); ++c) {
      std::string& array = parameters_[c];
      array = "{";
      for (size_t i = begin; i < end; ++i) {
        if (i > begin) array += ',';
        const Batch& batch = changes.batches[rows[i].batch];
        Status s = AppendArrayElement(*batch.column(columns[c]), rows[i].row, array);
        if (!s.ok()) {
          return std::move(s).Annotate("table `" + options_->table + "`, column `" +
                                       batch.schema()[columns[c]].name + "`");
        }
      }
      array += '}';
    }
    RETURN_IF_ERROR(connection_->RunPrepared(deletes ? "remove" : "put", parameters_).status());
  }
  return OkStatus();
}

}  // namespace weir
