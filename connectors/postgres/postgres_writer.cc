#include "connectors/postgres/postgres_writer.h"

#include <algorithm>
#include <cmath>

#include "connectors/postgres/postgres_session.h"

namespace weir {
namespace {

constexpr size_t kMostRows = 20'000;  // of a transaction
constexpr size_t kFirstRows = 500;    // where the user does not say
constexpr double kTransactionNanos = 200e6;

}  // namespace

TransactionSize::TransactionSize(size_t least)
    : least_(std::min(least, kMostRows)), rows_(least_) {}

void TransactionSize::OnWritten(size_t rows, int64_t nanos) {
  const Written now{static_cast<double>(std::max<size_t>(rows, 1)),
                    static_cast<double>(std::max<int64_t>(nanos, 1))};
  EstimateFixed(now);
  last_ = now;
  // At most twice as many as before: a small transaction says little about a large one. As long as
  // nothing tells what the rows cost, that many are tried.
  double fitting = 2.0 * static_cast<double>(rows_);
  if (fixed_ns_) {
    const double for_rows = std::max(kTransactionNanos - *fixed_ns_, *fixed_ns_);
    const double row_ns = std::max((now.nanos - *fixed_ns_) / now.rows, 1.0);
    fitting = std::min(fitting, for_rows / row_ns);
  }
  rows_ = std::clamp(static_cast<size_t>(fitting), least_, kMostRows);
}

void TransactionSize::EstimateFixed(const Written& now) {
  if (!last_ || std::abs(now.rows - last_->rows) < std::max(now.rows, last_->rows) / 4) return;
  const double row_ns = (now.nanos - last_->nanos) / (now.rows - last_->rows);
  fixed_ns_ =
      row_ns > 0 ? std::max(now.nanos - row_ns * now.rows, 0.0) : std::min(now.nanos, last_->nanos);
}

PostgresWriter::PostgresWriter(std::shared_ptr<const PostgresOptions> options,
                               const TableInfo& table, SinkWriterContext context)
    : options_(std::move(options)),
      context_(std::move(context)),
      session_(std::make_shared<PostgresSession>(options_, table, context_.identity)),
      buffer_(table.primary_key),
      size_(options_->flush_rows > 0 ? static_cast<size_t>(options_->flush_rows) : kFirstRows) {
  // Before the first row arrives: a predecessor is kept out, and trouble is seen early.
  Start();
}

void PostgresWriter::Start() {
  waiting_since_.reset();
  // Folded on the I/O pool, where there is time.
  written_ = std::make_shared<Written>();
  written_->rows = buffer_.rows();
  auto rows = std::make_shared<ChangeBuffer>(buffer_.Split());
  call_.Start(context_.run_blocking, context_.wake,
              [session = session_, rows, written = written_, clock = context_.clock] {
                const int64_t begin = clock->MonotonicNanos();
                Status status = session->WriteAll(rows->Take());
                written->nanos = clock->MonotonicNanos() - begin;
                return status;
              });
}

Status PostgresWriter::Collect() {
  if (std::optional<Status> result = call_.Take()) {
    if (!result->ok()) failed_ = *result;
    if (written_->rows > 0) size_.OnWritten(written_->rows, written_->nanos);
  }
  return failed_;
}

StatusOr<bool> PostgresWriter::Write(const Batch& batch) {
  RETURN_IF_ERROR(Collect());
  if (!buffer_.empty() && buffer_.rows() + batch.rows() > size_.rows()) {
    if (call_.running()) return false;
    Start();
  }
  if (buffer_.empty() && !batch.empty()) waiting_since_ = context_.clock->SteadyNow();
  buffer_.Add(batch);
  bool full =
      options_->flush_rows > 0 && buffer_.rows() >= static_cast<size_t>(options_->flush_rows);
  if ((full || buffer_.rows() >= size_.rows()) && !call_.running()) Start();
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
