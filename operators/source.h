#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/format.h"
#include "operators/operator.h"

namespace weir {

// Reads the splits of one subtask through a connector and decodes their messages into batches, one
// split a batch. Owns the bad-row policy, the splits' watermarks and when a batch closes: at
// max_batch_rows, or at what the chain takes in about 100 ms where that is less; when the reader
// has nothing more; after execution.buffer-timeout; or at a barrier.
class TableSourceOperator : public SourceOperator, private SourceOutput {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<PollResult> Poll(Collector& out) override;
  StatusOr<Progress> Flush(FlushReason reason, Collector& out) override;
  // A timer makes the task poll again.
  std::optional<Timestamp> NextTimer() const override {
    return reader_ ? reader_->NextPoll() : std::nullopt;
  }
  Status AddSplits(const std::vector<SourceSplit>& splits) override;
  void NoMoreSplits() override;
  StatusOr<std::vector<SourceSplit>> SplitPositions() override;
  int64_t Lag() override;
  std::vector<SplitStatus> Splits() override;
  std::string Trouble() override { return reader_->Trouble(); }
  StatusOr<OperatorState> Snapshot(CheckpointId id) override;
  void CheckpointCompleted(CheckpointId id) override;

 private:
  // Where a column of the output comes from.
  enum class Origin { kValue, kKey, kMetadata };  // kMetadata: of no message
  struct OutputColumn {
    Origin origin;
    uint32_t index;  // of the value decoder's, the key decoder's or the run's metadata columns
  };
  struct Pending {
    std::unique_ptr<BatchBuilder> builder;
    int64_t since_ns = 0;      // when its first row came
    std::vector<Batch> ready;  // from connectors that emit rows
  };

  Status MakeDecoders(const TableInfo& table, const plan::Source& node,
                      const std::string& time_zone);

  // SourceOutput
  Status EmitRun(const MessageRun& run) override;
  Status EmitBatch(int32_t split, Batch batch) override;
  void SplitFinished(int32_t split) override;

  // Of a run: values decoded on their own, then put together with keys and metadata.
  Status AssembleRun(const MessageRun& run, BatchBuilder& out);
  // One row; `value_row` and `key_row` -1: NULL.
  void AppendRow(const MessageRun& run, size_t message, const Batch& values, int64_t value_row,
                 const Batch& keys, int64_t key_row, RowKind kind, BatchBuilder& out) const;
  // "table orders: cannot decode the message of orders-3 at offset 17: ..."
  std::string Describe(const MessageRun& run, const BadMessage& bad) const;
  Status HandleBad(const MessageRun& run, const std::vector<BadMessage>& bad);
  void EmitPending(int32_t split, Collector& out);
  void EmitDue(bool all, Collector& out);
  void AdaptBatchRows();

  OperatorContext* context_ = nullptr;
  std::string table_name_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<SourceReader> reader_;
  std::vector<SourceSplit> splits_;  // by index, as added
  SplitWatermarks* watermarks_ = nullptr;

  SchemaPtr output_;
  std::vector<OutputColumn> columns_;
  bool upserts_ = false;     // a message without a value deletes the row of its key
  bool values_only_ = true;  // every column comes from the value: decoded straight into the output
  std::unique_ptr<Decoder> value_decoder_;
  SchemaPtr value_schema_;
  std::unique_ptr<Decoder> key_decoder_;
  SchemaPtr key_schema_;
  bool ignore_parse_errors_ = false;

  std::vector<Pending> pending_;
  size_t batch_rows_ = 0;    // now: max_batch_rows, or fewer under back-pressure
  size_t emitted_rows_ = 0;  // since the last look
  int64_t emitted_at_ns_ = 0;
  std::vector<uint32_t> row_of_;
  std::vector<BadMessage> bad_;
  int64_t buffer_timeout_ns_ = 100'000'000;
  bool announced_ = false;      // the splits, to the watermark assigner
  std::vector<int32_t> ended_;  // splits that ended in the last Poll
  std::vector<std::pair<CheckpointId, std::vector<std::pair<int32_t, std::string>>>> snapshots_;
};

// What plan.proto says of a table, as connectors see it.
StatusOr<TableInfo> TableInfoFrom(const plan::Table& table);

}  // namespace weir
