#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operators/operator.h"
#include "state/key_codec.h"
#include "state/ordered_key_codec.h"
#include "state/ordered_table.h"

namespace weir {

// Top-N: ROW_NUMBER() OVER (PARTITION BY ... ORDER BY ...) <= N. Each input row is answered by what
// changes among the first N of its partition. Without the number: -D of the row that leaves, +I of
// the one that comes; -U and +U where N is 1 and no row is taken back. With it: -U and +U of each
// place that is another row's now, +I and -D of the last place. Keeps the first N rows of a
// partition, or all where rows are taken back.
class RankOperator : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;
  StatusOr<Progress> Resume(Collector& out) override;
  std::vector<StateView> StateViews() const override;

 private:
  struct Row {
    std::string place;  // its inner key: sort key, number of arrival
    std::string cells;
  };

  Status AddRow(uint32_t row, Slot partition);
  Status TakeBackRow(uint32_t row, Slot partition);
  // A row is not among the first N of a full partition that keeps no others.
  StatusOr<bool> IsBehindAll(uint32_t row, const std::string& place);
  // The first `limit` rows of the partition of `row`.
  StatusOr<size_t> CountRows(uint32_t row, Slot partition);
  Status ReadFirst(uint32_t row, size_t limit, std::vector<Row>& rows);
  Status Put(uint32_t row, const std::string& place, std::string_view cells);
  Status Erase(uint32_t row, const std::string& place);
  std::string SortKeyOf(uint32_t row) const;

  void Emit(RowKind kind, std::string_view cells, size_t number);
  void EmitUpdate(const Row& before, std::string_view after, size_t number);
  void EmitBatch(Collector& out);
  Status ForgetEmpty(std::span<const uint32_t> rows, std::span<Slot> partitions);

  SchemaPtr input_, output_;
  std::vector<uint32_t> partition_, order_;
  size_t limit_ = 1;
  bool number_ = false;
  bool retracts_ = false;
  bool emit_update_before_ = false;
  bool forgets_ = false;   // state that was not written for a while
  bool replaces_ = false;  // there is one row, and it is replaced
  size_t max_batch_rows_ = 4096;
  std::unique_ptr<KeyCodec> partition_codec_, row_codec_;
  std::optional<OrderedKeyCodec> order_codec_;
  SlotTable* partitions_ = nullptr;  // number of the next arrival, of the rows kept
  OrderedTable* rows_ = nullptr;

  // The batch in progress.
  Batch batch_;
  size_t next_row_ = 0;
  EncodedKeys keys_, cells_, key_;
  std::string scratch_;
  std::vector<ColumnPtr> order_columns_;
  std::vector<ColumnBuilder> builders_;
  std::vector<RowKind> kinds_;
};

}  // namespace weir
