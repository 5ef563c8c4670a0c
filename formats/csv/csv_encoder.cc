#include <algorithm>

#include "common/data/utf8.h"
#include "formats/csv/csv_format.h"
#include "formats/text_cell.h"

namespace weir {
namespace {

constexpr int kLongestLookedAt = 24;

class CsvEncoder final : public Encoder {
 public:
  explicit CsvEncoder(const CsvOptions& options) : options_(options) {}

  Status Encode(const Batch& batch, size_t row, std::string& out) override {
    for (size_t i = 0; i < batch.columns().size(); ++i) {
      if (i > 0) out += options_.delimiter;
      const Column& column = *batch.column(i);
      if (column.IsNull(row)) {
        out += options_.null_literal;
        continue;
      }
      text_.clear();
      AppendCell(column, row, text_);
      // Numbers never need quotes.
      bool text_like = !column.type().is_numeric() && column.type().kind() != TypeKind::kBoolean;
      if (text_like && NeedsQuotes(text_)) {
        AppendQuoted(out);
      } else {
        out += text_;
      }
    }
    return OkStatus();
  }

 private:
  void AppendCell(const Column& column, size_t row, std::string& out) {
    const Column& base = column.base();
    size_t k = column.BaseIndex(row);
    if (column.type().is_decimal()) {
      const ScaledDecimal decimal{base.values<Int128>()[k], column.type().scale()};
      return AppendMessageDecimal(decimal, options_.plain_decimals, out);
    }
    if (IsTextCell(column.type())) {
      return AppendCellText(column, row, TimestampStandard::kSql, out);
    }
    if (column.type().kind() == TypeKind::kRow) {
      for (size_t i = 0; i < base.flat().children.size(); ++i) {
        if (i > 0) out += options_.element_delimiter;
        AppendElement(*base.child(i), k, out);
      }
      return;
    }
    for (uint32_t i = base.offsets()[k]; i < base.offsets()[k + 1]; ++i) {
      if (i > base.offsets()[k]) out += options_.element_delimiter;
      AppendElement(*base.child(0), i, out);
    }
  }

  void AppendElement(const Column& column, size_t row, std::string& out) {
    if (column.IsNull(row)) {
      out += options_.null_literal;
    } else {
      AppendCellText(column, row, TimestampStandard::kSql, out);
    }
  }

  // As Flink's writer has it: with any character up to the greatest of those that mean something;
  // of long text nobody looks.
  bool NeedsQuotes(std::string_view text) const {
    if (!options_.quotes) return false;
    if (Utf16Length(text) > kLongestLookedAt) return true;
    const auto greatest =
        static_cast<unsigned char>(std::max({options_.delimiter, options_.quote, options_.escape}));
    for (char c : text) {
      if (static_cast<unsigned char>(c) <= greatest) return true;
    }
    return options_.has_null_literal && text == options_.null_literal && !text.empty();
  }

  void AppendQuoted(std::string& out) const {
    out += options_.quote;
    for (char c : text_) {
      // Doubled: quotes, and the escape character, which escapes itself.
      if (c == options_.quote || (options_.escape != 0 && c == options_.escape)) out += c;
      out += c;
    }
    out += options_.quote;
  }

  const CsvOptions options_;
  std::string text_;
};

}  // namespace

StatusOr<std::unique_ptr<Encoder>> MakeCsvEncoder(SchemaPtr schema, const CsvOptions& options) {
  for (const Field& field : schema->fields()) {
    const DataType& type = field.type;
    bool ok = IsTextCell(type);
    if (type.kind() == TypeKind::kArray) ok = IsTextCell(type.element());
    if (type.kind() == TypeKind::kRow) {
      ok = true;
      for (const Field& part : type.fields()) ok = ok && IsTextCell(part.type);
    }
    if (!ok) {
      return InvalidArgumentError("format 'csv' has no text for column '" + field.name +
                                  "' of type " + type.ToString());
    }
  }
  return std::unique_ptr<Encoder>(std::make_unique<CsvEncoder>(options));
}

}  // namespace weir
