#include "client/table_printer.h"

#include <algorithm>

#include "common/base/hex.h"
#include "common/data/value_text.h"

namespace weir {
namespace {

constexpr size_t kMeasuredRows = 1000;

// One line, whatever is in the text.
std::string OnOneLine(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += '?';
    } else {
      out += c;
    }
  }
  return out;
}

std::string CellText(const Column& column, size_t row, const TimeZone& zone) {
  if (column.IsNull(row)) return "<NULL>";
  std::string text;
  if (column.type().is_binary()) {
    return "x'" + HexText(ColumnView<std::string_view>(column)[row]) + "'";
  }
  AppendCastText(column, row, zone, text);
  return OnOneLine(text);
}

}  // namespace

size_t CharactersOf(std::string_view utf8) {
  return static_cast<size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string TextTable::Line() const {
  std::string line = "+";
  for (size_t width : widths_) line += std::string(width + 2, '-') + "+";
  return line + "\n";
}

std::string TextTable::Row(const std::vector<std::string>& cells) const {
  std::string line = "|";
  for (size_t i = 0; i < cells.size(); ++i) {
    size_t width = CharactersOf(cells[i]);
    std::string blanks(widths_[i] > width ? widths_[i] - width : 0, ' ');
    line += columns_[i].right ? " " + blanks + cells[i] + " |" : " " + cells[i] + blanks + " |";
  }
  return line + "\n";
}

void TextTable::Print(std::ostream& out) {
  if (widths_.empty()) {
    std::vector<std::string> names;
    for (size_t i = 0; i < columns_.size(); ++i) {
      names.push_back(columns_[i].name);
      size_t width = CharactersOf(names.back());
      for (const auto& row : rows_) width = std::max(width, CharactersOf(row[i]));
      widths_.push_back(width);
    }
    out << Line() << Row(names) << Line();
  }
  for (const auto& row : rows_) out << Row(row);
  rows_.clear();
}

void TextTable::Finish(std::ostream& out) {
  Print(out);
  out << Line();
}

std::vector<std::string> RowCells(const Batch& batch, size_t row, const TimeZone& zone) {
  std::vector<std::string> cells;
  for (const ColumnPtr& column : batch.columns()) cells.push_back(CellText(*column, row, zone));
  return cells;
}

std::vector<TextTable::Column> ColumnsOf(const Schema& schema) {
  std::vector<TextTable::Column> columns;
  for (const Field& field : schema.fields()) {
    columns.push_back({OnOneLine(field.name), field.type.is_numeric()});
  }
  return columns;
}

Status TablePrinter::BeginRows(const ResultHeader& header) {
  header_ = header;
  count_ = 0;
  std::vector<TextTable::Column> columns = ColumnsOf(*header_.schema);
  if (header_.changes) columns.insert(columns.begin(), {"op"});
  table_.emplace(std::move(columns));
  return OkStatus();
}

Status TablePrinter::Rows(const Batch& batch) {
  for (size_t row = 0; row < batch.rows(); ++row) {
    std::vector<std::string> cells = RowCells(batch, row, header_.time_zone);
    if (header_.changes) cells.insert(cells.begin(), std::string(RowKindText(batch.kind(row))));
    table_->Add(std::move(cells));
  }
  count_ += batch.rows();
  if (table_->waiting() >= kMeasuredRows) Idle();
  return OkStatus();
}

void TablePrinter::Idle() {
  if (table_->waiting() == 0) return;
  table_->Print(out_);
  out_.flush();
}

void TablePrinter::EndRows() {
  if (count_ > 0) {
    table_->Finish(out_);
  } else {
    table_.reset();
  }
  out_ << count_ << (count_ == 1 ? " row" : " rows") << std::endl;
}

void TablePrinter::Failed(const Status&) {
  if (table_ && table_->waiting() > 0) Idle();
}

}  // namespace weir
