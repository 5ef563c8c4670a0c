#pragma once

#include <memory>
#include <vector>

#include "operators/operator.h"
#include "state/key_codec.h"
#include "state/keyed_state.h"

namespace weir {

// Turns upserts into a changelog: keeps the last row of each key, and says for each row that comes
// what it changes. A key's first row gives +I, another one -U and +U (the -U only where the
// consumer needs it), an equal one nothing; a delete gives -D with the whole row, of a key that is
// not there nothing.
class ChangelogNormalizeOperator : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;
  std::vector<StateView> StateViews() const override;

 private:
  // The changes of one batch, as they are made.
  struct Changes {
    std::vector<uint32_t> rows;          // of the input, for the key's columns
    std::vector<ColumnBuilder> columns;  // the others
    std::vector<RowKind> kinds;
  };

  void Emit(uint32_t row, std::string_view others, RowKind kind, Changes& changes) const;
  void ApplyRow(const Batch& batch, uint32_t row, Slot slot, std::string_view others,
                Changes& changes) const;
  Batch Finish(const Batch& batch, Changes changes) const;

  SchemaPtr schema_;
  std::vector<uint32_t> keys_, others_;  // columns
  bool emit_update_before_ = false;
  bool forgets_ = false;  // state that was not written for a while
  std::unique_ptr<KeyCodec> key_codec_, others_codec_;
  SlotLayout layout_;
  SlotTable* table_ = nullptr;
  EncodedKeys encoded_keys_, encoded_others_;
};

}  // namespace weir
