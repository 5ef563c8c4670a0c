#pragma once

#include <memory>
#include <optional>

#include "connectors/blocking_call.h"
#include "connectors/connector.h"
#include "connectors/postgres/change_buffer.h"
#include "connectors/postgres/postgres_options.h"

namespace weir {

class PostgresSession;

// Buffers rows and writes them in transactions on the I/O pool, one at a time: when as many rows
// wait as 'sink.buffer-flush.max-rows', when one waits for 'sink.buffer-flush.interval', and at
// each checkpoint. While one transaction runs the next rows gather, up to a bound.
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
  std::optional<Timestamp> waiting_since_;  // of the oldest row in the buffer
  BlockingCall call_;
  Status failed_;  // kept: a writer that failed does not write again
};

}  // namespace weir
