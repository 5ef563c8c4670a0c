#pragma once

#include <memory>
#include <vector>

#include "operators/aggregate_set.h"
#include "operators/operator.h"
#include "state/key_codec.h"

namespace weir {

// Unbounded GROUP BY: an accumulator per key; after each input row what changed. A key's first row
// gives +I, a changed result -U and +U (the -U only where the consumer needs it), an unchanged one
// nothing, a key whose last row was taken back -D.
class GroupAggregateOperator : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;
  std::vector<StateView> StateViews() const override;

 private:
  // What one input row did to its group.
  struct Change {
    bool existed = false;  // before it
    bool exists = false;   // after it
  };

  Status ApplyRow(const Batch& batch, uint32_t row, Slot slot, bool is_new, Change& change);
  Batch Changelog(const std::vector<ColumnPtr>& keys, const std::vector<uint32_t>& key_rows,
                  const std::vector<Change>& changes, const std::vector<ColumnPtr>& results) const;

  SchemaPtr output_;
  std::vector<uint32_t> keys_;
  bool input_retracts_ = false;
  bool emit_update_before_ = false;
  bool forgets_ = false;  // state that was not written for a while
  std::unique_ptr<AggregateSet> aggregates_;
  std::unique_ptr<KeyCodec> codec_;
  SlotTable* table_ = nullptr;
  EncodedKeys encoded_;
};

}  // namespace weir
