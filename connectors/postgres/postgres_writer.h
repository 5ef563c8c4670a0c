#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "connectors/blocking_call.h"
#include "connectors/connector.h"
#include "connectors/postgres/change_buffer.h"
#include "connectors/postgres/postgres_options.h"

namespace weir {

class PostgresSession;

// How many rows one transaction should hold: as many as are written in about 200 ms, so that a
// barrier, which waits for one transaction and the rows that gathered behind it, passes quickly
// however slow the database is. Where even the shortest transaction takes longer than that, the
// time is not the rows', and more of them are put into each.
class TransactionSize {
 public:
  // `least`: never fewer.
  explicit TransactionSize(size_t least);
  size_t rows() const { return rows_; }
  void OnWritten(size_t rows, int64_t nanos);

 private:
  const size_t least_;
  size_t rows_;
  int64_t shortest_ns_ = 0;  // 0: none yet
};

// Buffers rows and writes them in transactions on the I/O pool, one at a time: when as many rows
// wait as 'sink.buffer-flush.max-rows', when one waits for 'sink.buffer-flush.interval', and at
// each checkpoint. While one transaction runs the next rows gather, up to TransactionSize.
class PostgresWriter final : public SinkWriter {
 public:
  PostgresWriter(std::shared_ptr<const PostgresOptions> options, const TableInfo& table,
                 SinkWriterContext context);

  StatusOr<bool> Write(const Batch& batch) override;
  StatusOr<bool> Flush() override;
  std::optional<Timestamp> FlushDue(Timestamp now) override;

 private:
  // Takes the result of a transaction that ended.
  Status Collect();
  void Start();

  const std::shared_ptr<const PostgresOptions> options_;
  const SinkWriterContext context_;
  std::shared_ptr<PostgresSession> session_;
  ChangeBuffer buffer_;
  TransactionSize size_;
  std::optional<Timestamp> waiting_since_;  // of the oldest row in the buffer
  BlockingCall call_;
  struct Written {
    size_t rows = 0;
    std::atomic<int64_t> nanos{0};
  };
  std::shared_ptr<Written> written_;  // by the call
  Status failed_;                     // kept: a writer that failed does not write again
};

}  // namespace weir
