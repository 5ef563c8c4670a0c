#include "common/data/column_builder.h"
#include "formats/csv/csv_format.h"
#include "formats/text_cell.h"

namespace weir {
namespace {

// A ROW or an ARRAY is one field whose elements are separated by the element delimiter; they are
// scalars, as in Flink.
Status CheckType(const std::string& name, const DataType& type, bool nested) {
  if (IsTextCell(type)) return OkStatus();
  if (!nested && type.kind() == TypeKind::kArray) return CheckType(name, type.element(), true);
  if (!nested && type.kind() == TypeKind::kRow) {
    for (const Field& field : type.fields()) RETURN_IF_ERROR(CheckType(name, field.type, true));
    return OkStatus();
  }
  return InvalidArgumentError("format 'csv' has no text for column '" + name + "' of type " +
                              type.ToString());
}

class CsvDecoder final : public Decoder {
 public:
  CsvDecoder(const DecoderContext& context, const CsvOptions& options)
      : options_(options), context_(context), slot_of_(context.schema->size(), -1) {
    for (size_t i = 0; i < context.projection.size(); ++i) {
      slot_of_[context.projection[i]] = static_cast<int>(i);
    }
  }

  Status Decode(std::span<const std::string_view> messages, BatchBuilder& out,
                std::vector<uint32_t>& row_of, std::vector<BadMessage>& bad) override {
    for (size_t i = 0; i < messages.size(); ++i) {
      std::string_view line = messages[i];
      if (line.data() == nullptr) continue;
      while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
      if (options_.allow_comments && line.starts_with('#')) continue;
      if (DecodeLine(line, out)) {
        out.CloseRow();
        row_of.push_back(static_cast<uint32_t>(i));
      } else {
        out.DropOpenRow();
        bad.push_back({i, std::move(reason_)});
        reason_.clear();
      }
    }
    return OkStatus();
  }

 private:
  bool DecodeLine(std::string_view line, BatchBuilder& out) {
    const Schema& schema = *context_.schema;
    size_t column = 0;
    size_t at = 0;
    bool more = true;
    while (more) {
      std::string_view field;
      if (!NextField(line, at, field, more)) return false;
      // Behind the last field there may be a delimiter.
      if (column == schema.size() && !more && field.empty()) return true;
      if (column < schema.size() && slot_of_[column] >= 0 && !AppendField(column, field, out)) {
        return false;
      }
      ++column;
    }
    if (column == schema.size()) return true;
    // Flink, too, refuses a line that is too long even where errors are ignored.
    if (column > schema.size() || !options_.ignore_parse_errors) {
      reason_ = std::to_string(column) + " fields where " + std::to_string(schema.size()) +
                " are expected: '" + std::string(line.substr(0, 100)) + "'";
      return false;
    }
    for (; column < schema.size(); ++column) {
      if (slot_of_[column] >= 0) out.column(static_cast<size_t>(slot_of_[column])).AppendNull();
    }
    return true;
  }

  // The field that begins at `at`, unquoted; `at` goes behind its delimiter.
  bool NextField(std::string_view line, size_t& at, std::string_view& field, bool& more) {
    bool quoted = options_.quotes && at < line.size() && line[at] == options_.quote;
    if (!quoted && (options_.escape == 0 || line.find(options_.escape, at) == line.npos)) {
      size_t end = line.find(options_.delimiter, at);
      more = end != line.npos;
      field = line.substr(at, (more ? end : line.size()) - at);
      at = more ? end + 1 : line.size();
      return true;
    }
    return UnescapeField(line, at, quoted, field, more);
  }

  bool UnescapeField(std::string_view line, size_t& at, bool quoted, std::string_view& field,
                     bool& more) {
    text_.clear();
    bool open = quoted;
    size_t i = at + (quoted ? 1 : 0);
    for (; i < line.size(); ++i) {
      char c = line[i];
      if (options_.escape != 0 && c == options_.escape && i + 1 < line.size()) {
        text_ += line[++i];
      } else if (open && c == options_.quote) {
        if (i + 1 < line.size() && line[i + 1] == options_.quote) {
          text_ += line[++i];
        } else {
          open = false;
        }
      } else if (!open && c == options_.delimiter) {
        break;
      } else {
        text_ += c;
      }
    }
    if (open) {
      reason_ = "a quoted field does not end: '" + std::string(line.substr(at, 100)) + "'";
      return false;
    }
    more = i < line.size();
    at = i + 1;
    field = text_;
    return true;
  }

  bool AppendField(size_t column, std::string_view field, BatchBuilder& out) {
    const Field& declared = (*context_.schema)[column];
    ColumnBuilder& builder = out.column(static_cast<size_t>(slot_of_[column]));
    if (options_.has_null_literal && field == options_.null_literal) {
      builder.AppendNull();
      return true;
    }
    if (AppendCell(declared.type, field, builder)) return true;
    if (options_.ignore_parse_errors) {
      builder.Truncate(out.rows());
      builder.AppendNull();
      return true;
    }
    reason_ = declared.name + ": '" + std::string(field.substr(0, 100)) + "' is not of type " +
              declared.type.WithNullable(true).ToString();
    return false;
  }

  bool AppendCell(const DataType& type, std::string_view text, ColumnBuilder& out) {
    if (IsTextCell(type)) return AppendTextCell(type, text, TimestampStandard::kSql, out);
    const std::string& delimiter = options_.element_delimiter;
    size_t parts = 0;
    bool array = type.kind() == TypeKind::kArray;
    if (!array && text.empty()) return false;
    bool more = !(array && text.empty());
    for (; more; ++parts) {
      size_t end = text.find(delimiter);
      more = end != text.npos;
      std::string_view part = text.substr(0, end);
      if (!array && parts >= type.fields().size()) return false;
      const DataType& element = array ? type.element() : type.fields()[parts].type;
      ColumnBuilder& child = out.child(array ? 0 : parts);
      if (options_.has_null_literal && part == options_.null_literal) {
        child.AppendNull();
      } else if (!AppendTextCell(element, part, TimestampStandard::kSql, child)) {
        if (!options_.ignore_parse_errors) return false;
        child.AppendNull();
      }
      if (more) text.remove_prefix(end + delimiter.size());
    }
    if (array) {
      out.CloseList();
      return true;
    }
    if (parts != type.fields().size() && !options_.ignore_parse_errors) return false;
    for (; parts < type.fields().size(); ++parts) out.child(parts).AppendNull();
    out.CloseRow();
    return true;
  }

  const CsvOptions options_;
  const DecoderContext context_;
  std::vector<int> slot_of_;  // by column of the schema; -1: not wanted
  std::string text_;          // a field whose quotes or escapes had to go
  std::string reason_;
};

}  // namespace

StatusOr<std::unique_ptr<Decoder>> MakeCsvDecoder(const DecoderContext& context,
                                                  const CsvOptions& options) {
  for (const Field& field : context.schema->fields()) {
    RETURN_IF_ERROR(CheckType(field.name, field.type, false));
  }
  return std::unique_ptr<Decoder>(std::make_unique<CsvDecoder>(context, options));
}

}  // namespace weir
