#pragma once

#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/print/print.h"

namespace weir {

// A SourceOutput for tests: keeps what a reader hands over, as text.
class RecordingOutput : public SourceOutput {
 public:
  Status EmitRun(const MessageRun& run) override {
    for (size_t i = 0; i < run.values.size(); ++i) {
      values.push_back(run.values[i].data() ? std::string(run.values[i]) : "<null>");
      if (!run.keys.empty()) {
        keys.push_back(run.keys[i].data() ? std::string(run.keys[i]) : "<null>");
      }
      splits.push_back(run.split);
      offsets.push_back(run.offsets[i]);
      std::string cells;
      for (const ColumnPtr& column : run.metadata) {
        cells += cells.empty() ? "" : "|";
        AppendPrinted(*column, i, cells);
      }
      metadata.push_back(cells);
      // What a decoder may read past the end of a message.
      if (run.values[i].data()) {
        for (size_t k = 0; k < 64; ++k) touched += run.values[i].data()[run.values[i].size() + k];
      }
    }
    return OkStatus();
  }
  Status EmitBatch(int32_t split, Batch batch) override {
    for (size_t row = 0; row < batch.rows(); ++row) {
      std::string cells;
      for (const ColumnPtr& column : batch.columns()) {
        cells += cells.empty() ? "" : "|";
        AppendPrinted(*column, row, cells);
      }
      values.push_back(cells);
      splits.push_back(split);
    }
    return OkStatus();
  }
  void SplitFinished(int32_t split) override { finished.push_back(split); }

  std::vector<std::string> values, keys, metadata;
  std::vector<int32_t> splits, finished;
  std::vector<int64_t> offsets;
  char touched = 0;
};

inline TableInfo TableOf(std::vector<Field> fields, std::map<std::string, std::string> options) {
  TableInfo table;
  table.name = "t";
  table.physical_columns = fields.size();
  table.schema = std::make_shared<const Schema>(std::move(fields));
  table.options = std::move(options);
  return table;
}

inline std::vector<uint32_t> AllColumns(const TableInfo& table) {
  std::vector<uint32_t> all;
  for (uint32_t i = 0; i < table.schema->size(); ++i) all.push_back(i);
  return all;
}

}  // namespace weir
