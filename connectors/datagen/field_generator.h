#pragma once

#include <memory>
#include <optional>

#include "common/base/time.h"
#include "common/data/column_builder.h"
#include "connectors/table_options.h"

namespace weir {

// Makes the cells of one column of a datagen table.
class FieldGenerator {
 public:
  virtual ~FieldGenerator() = default;
  // Appends the cell of row `row` (0, 1, ...). `now` is the wall clock.
  virtual void Append(uint64_t row, Timestamp now, ColumnBuilder& out) const = 0;
  // How many rows there are before it runs dry; nothing: without end.
  virtual std::optional<uint64_t> rows() const { return std::nullopt; }
};

// By the options "fields.<name>.kind" ('random' or 'sequence'), and of random fields min, max,
// length, var-len, null-rate, max-past; of sequences start and end. Errors go to `options`.
std::unique_ptr<FieldGenerator> MakeFieldGenerator(const std::string& name, const DataType& type,
                                                   TableOptions& options);

}  // namespace weir
