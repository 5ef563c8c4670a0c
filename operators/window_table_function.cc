#include "operators/window_table_function.h"

#include <algorithm>

#include "common/base/time.h"
#include "common/data/column_builder.h"
#include "proto/plan.pb.h"

namespace weir {

Status WindowTableFunctionOperator::Open(OperatorContext& context,
                                         const std::vector<std::string>&) {
  const plan::WindowSpec& spec = context.node->window_table_function().window();
  output_ = context.output_schema;
  time_column_ = spec.time_column();
  newest_first_ = spec.kind() == plan::WindowSpec::HOP;
  ASSIGN_OR_RETURN(WindowAssigner windows, WindowAssigner::Make(spec));
  windows_ = std::make_unique<WindowAssigner>(std::move(windows));
  return OkStatus();
}

StatusOr<Progress> WindowTableFunctionOperator::ProcessBatch(int, Batch batch, Collector& out) {
  ColumnView<int64_t> times(*batch.column(time_column_));
  const size_t inputs = batch.columns().size();
  const DataType& time_type = (*output_)[inputs + 2].type;
  const bool instant = time_type.kind() == TypeKind::kTimestampLtz;
  ColumnBuilder start((*output_)[inputs].type), end((*output_)[inputs + 1].type), time(time_type);
  std::vector<uint32_t> rows;
  for (size_t i = 0; i < batch.rows(); ++i) {
    if (times.IsNull(i)) {
      return InvalidArgumentError(
          "the row time of a window must not be NULL: filter such rows with "
          "`WHERE ... IS NOT NULL`");
    }
    int64_t ms = FloorDiv(times[i], 1000);
    std::vector<Window> windows =
        windows_->WindowsOfSlice(windows_->SliceEnd(windows_->zone().ToWall(ms)));
    // The order is Flink's: hops from the latest, cumulated windows from the shortest.
    if (newest_first_) std::reverse(windows.begin(), windows.end());
    for (const Window& window : windows) {
      rows.push_back(static_cast<uint32_t>(i));
      start.Append<int64_t>(window.start * 1000);
      end.Append<int64_t>(window.end * 1000);
      time.Append<int64_t>((instant ? windows_->zone().RowTime(window.end) : window.end - 1) *
                           1000);
    }
  }
  if (rows.empty()) return Progress::kDone;
  Batch expanded = batch.Take(rows);
  std::vector<ColumnPtr> columns = expanded.columns();
  columns.push_back(start.Finish());
  columns.push_back(end.Finish());
  columns.push_back(time.Finish());
  out.Emit(0, expanded.WithColumns(output_, std::move(columns)).WithSplit(-1));
  return Progress::kDone;
}

}  // namespace weir
