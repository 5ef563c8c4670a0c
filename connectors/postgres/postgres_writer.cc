#include "connectors/postgres/postgres_writer.h"

#include <algorithm>

#include "connectors/postgres/postgres_session.h"

namespace weir {
namespace {

// Rows that may gather while a transaction runs.
constexpr size_t kMostWaiting = 20000;

}  // namespace

PostgresWriter::PostgresWriter(std::shared_ptr<const PostgresOptions> options,
                               const TableInfo& table, SinkWriterContext context)
    : options_(std::move(options)),
      context_(std::move(context)),
      session_(std::make_shared<PostgresSession>(options_, table, context_.identity)),
      buffer_(table.primary_key) {
  // Before the first row arrives: a predecessor is kept out, and trouble is seen early.
  Start();
}

void PostgresWriter::Start() {
  waiting_since_.reset();
  // Folded on the I/O pool, where there is time.
  auto rows = std::make_shared<ChangeBuffer>(buffer_.Split());
  call_.Start(context_.run_blocking, context_.wake,
              [session = session_, rows] { return session->WriteAll(rows->Take()); });
}

Status PostgresWriter::Collect() {
  if (std::optional<Status> result = call_.Take(); result && !result->ok()) failed_ = *result;
  return failed_;
}

StatusOr<bool> PostgresWriter::Write(const Batch& batch) {
  RETURN_IF_ERROR(Collect());
  if (call_.running() && buffer_.rows() >= kMostWaiting) return false;
  if (buffer_.empty() && !batch.empty()) waiting_since_ = context_.clock->WallNow();
  buffer_.Add(batch);
  bool full =
      options_->flush_rows > 0 && buffer_.rows() >= static_cast<size_t>(options_->flush_rows);
  if ((full || buffer_.rows() >= kMostWaiting) && !call_.running()) Start();
  return true;
}

StatusOr<bool> PostgresWriter::Flush() {
  RETURN_IF_ERROR(Collect());
  if (!call_.running() && !buffer_.empty()) Start();
  if (call_.running()) return false;
  RETURN_IF_ERROR(Collect());
  return true;
}

std::optional<Timestamp> PostgresWriter::FlushDue(Timestamp now) {
  // A result that arrived in the meantime is kept for the next call that can report it.
  if (call_.has_result()) (void)Collect();
  if (!failed_.ok() || !waiting_since_) return std::nullopt;
  bool full =
      options_->flush_rows > 0 && buffer_.rows() >= static_cast<size_t>(options_->flush_rows);
  Timestamp due = *waiting_since_ + options_->flush_interval.count();
  if (options_->flush_interval.count() == 0) {
    if (!full) return std::nullopt;
    due = now;
  }
  if (full) due = now;
  if (now < due) return due;
  // A transaction still runs: look again soon after.
  if (call_.running()) return now + 5;
  Start();
  return std::nullopt;
}

}  // namespace weir
