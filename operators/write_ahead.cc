#include "operators/write_ahead.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "common/base/failpoint.h"
#include "common/base/planted_bug.h"
#include "operators/expressions/expr.h"
#include "proto/plan.pb.h"

namespace weir {
namespace {

// Kafka forgets a group's offsets after a week.
constexpr Timestamp kRefreshMs = 24 * 3600 * 1000;

std::string SchemaBytes(const Schema& schema) {
  plan::Schema proto;
  ToProto(schema, &proto);
  return proto.SerializeAsString();
}

SinkEpoch EpochOf(const checkpoint::SinkEpoch& epoch) {
  return {.lineage = epoch.lineage(),
          .sink_uid = epoch.uid(),
          .subtask = static_cast<int32_t>(epoch.subtask()),
          .id = epoch.epoch(),
          .previous = epoch.previous()};
}

Status CommitEpoch(Sink& sink, const SchemaPtr& schema, const CheckpointStorage* storage,
                   const checkpoint::SinkEpoch& epoch) {
  int64_t bytes = 0;
  for (const checkpoint::FileHandle& file : epoch.log()) {
    bytes += static_cast<int64_t>(file.length());
  }
  ASSIGN_OR_RETURN(std::unique_ptr<SinkTransaction> transaction, sink.Begin(EpochOf(epoch), bytes));
  if (!transaction) return OkStatus();
  if (epoch.schema() != SchemaBytes(*schema)) {
    return FailedPreconditionError(
        "rows that were prepared for other columns than the table has now: restart the job as it "
        "was to write them");
  }
  int64_t rows = 0;
  for (const checkpoint::FileHandle& file : epoch.log()) {
    RETURN_IF_ERROR(ReadSinkLog(storage, file, schema, [&](const Batch& batch) {
      rows += static_cast<int64_t>(batch.rows());
      return transaction->Write(batch);
    }));
  }
  if (rows != epoch.rows()) {
    return DataLossError("the sink log of checkpoint " + std::to_string(epoch.epoch()) + " holds " +
                         std::to_string(rows) + " rows of " + std::to_string(epoch.rows()));
  }
  RETURN_IF_ERROR(Failpoint("commit"));
  RETURN_IF_ERROR(transaction->Commit());
  return Failpoint("committed");
}

}  // namespace

WriteAhead::WriteAhead(Config config)
    : config_(std::move(config)),
      schema_(SchemaBytes(*config_.schema)),
      log_(config_.log, config_.restored.Next()) {}

StatusOr<std::unique_ptr<WriteAhead>> WriteAhead::Make(Config config,
                                                       const std::vector<std::string>& states) {
  std::unique_ptr<WriteAhead> ahead(new WriteAhead(std::move(config)));
  const WriterIdentity& mine = ahead->config_.identity;
  for (const std::string& bytes : states) {
    checkpoint::SinkChains state;
    if (!state.ParseFromString(bytes)) return DataLossError("the sink's state cannot be read");
    // A job that began from another one's savepoint writes chains of its own.
    if (state.lineage() != mine.lineage) continue;
    for (const auto& chain : state.chains()) {
      const int32_t subtask = static_cast<int32_t>(chain.subtask());
      if (subtask % mine.parallelism != mine.subtask) continue;
      if (Planted("chains-of-others-dropped") && subtask != mine.subtask) continue;
      ahead->chains_[subtask] = {chain.last_epoch(), chain.prepared_at_ms()};
    }
  }
  return ahead;
}

StatusOr<std::optional<checkpoint::Committable>> WriteAhead::Prepare(CheckpointId id) {
  std::optional<checkpoint::Committable> committable;
  RETURN_IF_ERROR(log_.unsealed());
  SinkLogWriter::Rows rows = log_.Take(id.Next());
  Chain& chain = chains_[config_.identity.subtask];
  const Timestamp now = config_.clock->WallNow();
  // A clock that was ahead when the last one was prepared would put this off for as long.
  const Timestamp since = std::abs(now - chain.prepared_at);
  const bool refresh = chain.last_epoch > 0 && since >= kRefreshMs;
  if (rows.count == 0 && !refresh) return committable;
  checkpoint::SinkEpoch* epoch = committable.emplace().mutable_epoch();
  epoch->set_lineage(config_.identity.lineage);
  epoch->set_uid(config_.identity.sink_uid);
  epoch->set_subtask(static_cast<uint32_t>(config_.identity.subtask));
  epoch->set_epoch(id.value());
  epoch->set_previous(chain.last_epoch);
  epoch->set_rows(rows.count);
  epoch->set_schema(schema_);
  for (checkpoint::FileHandle& file : rows.files) *epoch->add_log() = std::move(file);
  chain = {id.value(), now};
  return committable;
}

std::string WriteAhead::State() const {
  checkpoint::SinkChains state;
  state.set_lineage(config_.identity.lineage);
  for (const auto& [subtask, chain] : chains_) {
    if (chain.last_epoch == 0) continue;
    checkpoint::SinkChains::Chain* out = state.add_chains();
    out->set_subtask(static_cast<uint32_t>(subtask));
    out->set_last_epoch(chain.last_epoch);
    out->set_prepared_at_ms(chain.prepared_at);
  }
  return state.chains().empty() ? "" : state.SerializeAsString();
}

Status CommitEpochs(Sink& sink, const SchemaPtr& schema, const CheckpointStorage* storage,
                    std::vector<checkpoint::SinkEpoch> epochs) {
  std::stable_sort(epochs.begin(), epochs.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.epoch(), a.subtask()) < std::tuple(b.epoch(), b.subtask());
  });
  for (const checkpoint::SinkEpoch& epoch : epochs) {
    RETURN_IF_ERROR(CommitEpoch(sink, schema, storage, epoch));
  }
  return OkStatus();
}

}  // namespace weir
