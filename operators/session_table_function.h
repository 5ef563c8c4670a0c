#pragma once

#include <memory>
#include <string>
#include <vector>

#include "operators/session_operator.h"

namespace weir {

// SESSION as a table function without an aggregation on top: each row, once its session is over,
// with window_start, window_end and window_time behind its columns. A session's rows come in the
// order of their arrival; of sessions that have become one the earlier's come first.
class SessionTableFunctionOperator : public SessionOperator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  std::vector<StateView> StateViews() const override;

 private:
  Status AddRows(const Batch& batch, std::span<const uint32_t> rows, std::span<Slot> slots,
                 const EncodedKeys& groups) override;
  Status MergeInto(Slot older, const GroupKey& older_group, Slot later,
                   const GroupKey& later_group) override;
  Status EmitSome(std::span<const Firing> firing, size_t& next, Collector& out) override;

  void AppendPlace(const GroupKey& group, int64_t place);
  Status ResolveRows();  // of row_keys_, to row_slots_
  void EmitBatch(Collector& out);

  std::unique_ptr<KeyCodec> row_codec_;
  OrderedTable* rows_ = nullptr;  // of each session, by place
  uint32_t next_place_ = 0;       // offset in a session's slot

  EncodedKeys cells_, row_keys_;
  InnerKeys taken_;
  std::string inner_, scratch_;
  std::vector<uint32_t> all_;
  std::vector<Slot> row_slots_;
  std::vector<uint8_t> is_new_;
  std::vector<ColumnBuilder> builders_;
  std::vector<RowKind> kinds_;
};

}  // namespace weir
