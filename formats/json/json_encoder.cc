#include <string>

#include "common/data/decimal.h"
#include "formats/json/json_format.h"

namespace weir {
namespace {

void AppendQuoted(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  out += '"';
  size_t done = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, done, i - done);
    done = i + 1;
    out += '\\';
    switch (c) {
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      case '"':
      case '\\':
        out += static_cast<char>(c);
        break;
      default:
        out += {'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
    }
  }
  out.append(text, done, text.size() - done);
  out += '"';
}

class JsonEncoder final : public Encoder {
 public:
  JsonEncoder(SchemaPtr schema, const JsonOptions& options) : options_(options) {
    for (const Field& field : schema->fields()) names_.push_back(Label(field.name));
  }

  Status Encode(const Batch& batch, size_t row, std::string& out) override {
    CHECK_EQ(batch.columns().size(), names_.size());
    char separator = '{';
    for (size_t i = 0; i < names_.size(); ++i) {
      const Column& column = *batch.column(i);
      if (options_.ignore_null_fields && column.IsNull(row)) continue;
      out += separator;
      separator = ',';
      out += names_[i];
      if (Status s = AppendCell(column, row, out); !s.ok()) {
        return std::move(s).Annotate("column " + batch.schema()[i].name);
      }
    }
    out += separator == '{' ? "{}" : "}";
    return OkStatus();
  }

 private:
  static std::string Label(std::string_view name) {
    std::string label;
    AppendQuoted(name, label);
    return label + ":";
  }

  Status AppendCell(const Column& column, size_t row, std::string& out) {
    if (column.IsNull(row)) {
      out += "null";
      return OkStatus();
    }
    switch (column.type().kind()) {
      case TypeKind::kBoolean:
      case TypeKind::kTinyInt:
      case TypeKind::kSmallInt:
      case TypeKind::kInt:
      case TypeKind::kBigInt:
      case TypeKind::kIntervalYearMonth:
      case TypeKind::kIntervalDayTime:
        AppendCellText(column, row, options_.timestamp_standard, out);
        return OkStatus();
      case TypeKind::kFloat:
      case TypeKind::kDouble:
        return AppendReal(column, row, out);
      case TypeKind::kDecimal: {
        const Int128 value = column.cell<Int128>(row);
        if (options_.plain_decimals) {
          AppendDecimal(value, column.type().scale(), out);
        } else {
          AppendMessageDecimal({value, column.type().scale()}, false, out);
        }
        return OkStatus();
      }
      case TypeKind::kArray:
        return AppendArray(column, row, out);
      case TypeKind::kMap:
      case TypeKind::kMultiset:
        return AppendMap(column, row, out);
      case TypeKind::kRow:
        return AppendRow(column, row, out);
      default:
        text_.clear();
        AppendCellText(column, row, options_.timestamp_standard, text_);
        AppendQuoted(text_, out);
        return OkStatus();
    }
  }

  // NaN and the infinities are no JSON numbers: they go as strings, as Jackson writes them.
  Status AppendReal(const Column& column, size_t row, std::string& out) {
    size_t at = out.size();
    AppendCellText(column, row, options_.timestamp_standard, out);
    char last = out.back();
    if (last == 'N' || last == 'y') {
      out.insert(at, 1, '"');
      out += '"';
    }
    return OkStatus();
  }

  Status AppendArray(const Column& column, size_t row, std::string& out) {
    const Column& base = column.base();
    size_t k = column.BaseIndex(row);
    out += '[';
    for (uint32_t i = base.offsets()[k]; i < base.offsets()[k + 1]; ++i) {
      if (i > base.offsets()[k]) out += ',';
      RETURN_IF_ERROR(AppendCell(*base.child(0), i, out));
    }
    out += ']';
    return OkStatus();
  }

  Status AppendMap(const Column& column, size_t row, std::string& out) {
    const Column& base = column.base();
    const Column& keys = *base.child(0);
    size_t k = column.BaseIndex(row);
    if (!keys.type().is_string()) {
      return InvalidArgumentError("JSON writes only maps whose keys are strings, not " +
                                  column.type().ToString());
    }
    char separator = '{';
    for (uint32_t i = base.offsets()[k]; i < base.offsets()[k + 1]; ++i) {
      std::string_view key = options_.null_key_literal;
      if (!keys.IsNull(i)) {
        key = ColumnView<std::string_view>(keys)[i];
      } else if (options_.null_key == JsonOptions::NullKey::kDrop) {
        continue;
      } else if (options_.null_key == JsonOptions::NullKey::kFail) {
        return InvalidArgumentError(
            "a map with a NULL key cannot be written as JSON; set 'json.map-null-key.mode' to "
            "'DROP' or 'LITERAL'");
      }
      out += separator;
      separator = ',';
      AppendQuoted(key, out);
      out += ':';
      RETURN_IF_ERROR(AppendCell(*base.child(1), i, out));
    }
    out += separator == '{' ? "{}" : "}";
    return OkStatus();
  }

  Status AppendRow(const Column& column, size_t row, std::string& out) {
    const Column& base = column.base();
    size_t k = column.BaseIndex(row);
    const std::vector<Field>& fields = column.type().fields();
    char separator = '{';
    for (size_t i = 0; i < fields.size(); ++i) {
      if (options_.ignore_null_fields && base.child(i)->IsNull(k)) continue;
      out += separator;
      separator = ',';
      AppendQuoted(fields[i].name, out);
      out += ':';
      RETURN_IF_ERROR(AppendCell(*base.child(i), k, out));
    }
    out += separator == '{' ? "{}" : "}";
    return OkStatus();
  }

  const JsonOptions options_;
  std::vector<std::string> names_;  // quoted, with the colon
  std::string text_;
};

}  // namespace

StatusOr<std::unique_ptr<Encoder>> MakeJsonEncoder(SchemaPtr schema, const JsonOptions& options) {
  return std::unique_ptr<Encoder>(std::make_unique<JsonEncoder>(std::move(schema), options));
}

}  // namespace weir
