#pragma once

#include <memory>
#include <string>
#include <vector>

#include "operators/aggregate_set.h"
#include "operators/session_operator.h"

namespace weir {

// GROUP BY session and keys: an accumulator per session. Emits, when it fires, keys, aggregates,
// then the session's start, end or time as asked; nothing where as many rows were taken back as
// came.
class SessionAggregateOperator : public SessionOperator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  std::vector<StateView> StateViews() const override;

 private:
  Status AddRows(const Batch& batch, std::span<const uint32_t> rows, std::span<Slot> slots,
                 const EncodedKeys& groups) override;
  Status MergeInto(Slot older, const GroupKey& older_group, Slot later,
                   const GroupKey& later_group) override;
  Status EmitSome(std::span<const Firing> firing, size_t& next, Collector& out) override;

  std::unique_ptr<AggregateSet> aggregates_;
  std::vector<int> properties_;
};

}  // namespace weir
