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
// however slow the database is. What a transaction costs whatever it holds is told from what its
// rows cost by two of different sizes; where that alone is most of 200 ms, rows may take as long.
class TransactionSize {
 public:
  // `least`: never fewer.
  explicit TransactionSize(size_t least);
  size_t rows() const { return rows_; }
  void OnWritten(size_t rows, int64_t nanos);

 private:
  struct Written {
    double rows = 0;
    double nanos = 0;
  };
  // From the last two, if their sizes tell; else as before.
  void EstimateFixed(const Written& now);

  const size_t least_;
  size_t rows_;
  std::optional<Written> last_;
  std::optional<double> fixed_ns_;  // of a transaction without rows
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
