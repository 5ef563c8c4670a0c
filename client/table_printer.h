#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/result_printer.h"

namespace weir {

size_t CharactersOf(std::string_view utf8);

// Text cells under column names, with a frame. Widths are those of the rows given before the
// first Print; a longer cell after that pushes its line to the right.
class TextTable {
 public:
  struct Column {
    std::string name;
    bool right = false;  // numbers
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  size_t waiting() const { return rows_.size(); }
  // What was added since the last time; the head before the first row.
  void Print(std::ostream& out);
  // The rest and the frame's bottom.
  void Finish(std::ostream& out);

 private:
  std::string Line() const;
  std::string Row(const std::vector<std::string>& cells) const;

  std::vector<Column> columns_;
  std::vector<size_t> widths_;  // empty until the head is out
  std::vector<std::vector<std::string>> rows_;
};

// A row as a table for people shows it: each cell on one line.
std::vector<std::string> RowCells(const Batch& batch, size_t row, const TimeZone& zone);
std::vector<TextTable::Column> ColumnsOf(const Schema& schema);

class TablePrinter : public ResultPrinter {
 public:
  explicit TablePrinter(std::ostream& out) : out_(out) {}
  void BeginStatement(std::string_view) override {}
  Status BeginRows(const ResultHeader& header) override;
  Status Rows(const Batch& batch) override;
  void Idle() override;
  void EndRows() override;
  void Failed(const Status& status) override;

 private:
  std::ostream& out_;
  ResultHeader header_;
  std::optional<TextTable> table_;
  size_t count_ = 0;
};

}  // namespace weir
