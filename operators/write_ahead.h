#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "operators/sink_log.h"

namespace weir {

// The task's half of a write-ahead sink (Sink::writes_ahead): an interval's rows go into a log that
// is part of the snapshot, as an epoch of this writer.
//
// Epochs of a writer (lineage, sink, subtask) form a chain, each naming the one before it, also
// over restarts: so the target can be asked whether it has exactly what came before. What a chain's
// last epoch is is kept in the snapshot; where a job runs with fewer subtasks than before, the
// others keep the chains of those that are gone.
class WriteAhead final : public SinkWriter {
 public:
  struct Config {
    WriterIdentity identity;
    SchemaPtr schema;  // of the rows
    SinkLogWriter::Context log;
    CheckpointId restored;  // 0: none
    const Clock* clock = &Clock::Real();
  };
  // `states`: what State returned in the former execution, of all subtasks or of this one alone.
  static StatusOr<std::unique_ptr<WriteAhead>> Make(Config config,
                                                    const std::vector<std::string>& states);

  StatusOr<bool> Write(const Batch& batch) override { return log_.Append(batch); }
  StatusOr<bool> Flush() override { return log_.Seal(); }

  // After Flush, at a barrier: the interval's epoch. Nothing when there were no rows, except now
  // and then, so that the target's note does not expire. An error: they could not be made durable
  // and are of the next interval.
  StatusOr<std::optional<checkpoint::Committable>> Prepare(CheckpointId id);
  // After Prepare.
  std::string State() const;

  // While the disk takes nothing: when to call again (Clock::SteadyNow), and why it does not.
  std::optional<Timestamp> RetryAt() const { return log_.RetryAt(); }
  const Status& trouble() const { return log_.trouble(); }

 private:
  struct Chain {
    int64_t last_epoch = 0;
    Timestamp prepared_at = 0;
  };

  explicit WriteAhead(Config config);

  const Config config_;
  std::string schema_;               // plan.Schema
  std::map<int32_t, Chain> chains_;  // by subtask
  SinkLogWriter log_;
};

// The other half, once the checkpoint is complete: writes the epochs of one sink that the target
// does not have yet, one transaction each, in the order in which they were prepared. Blocks.
// `schema`: of the sink's table now.
Status CommitEpochs(Sink& sink, const SchemaPtr& schema, const CheckpointStorage* storage,
                    std::vector<checkpoint::SinkEpoch> epochs);

}  // namespace weir
