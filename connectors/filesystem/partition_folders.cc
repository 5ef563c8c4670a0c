#include "connectors/filesystem/partition_folders.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "common/base/ascii.h"
#include "common/base/hex.h"
#include "common/data/decimal.h"
#include "common/data/time_text.h"
#include "common/data/value_text.h"

namespace weir {
namespace {

bool NamesFolders(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kChar:
    case TypeKind::kVarChar:
    case TypeKind::kBoolean:
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return true;
    default:
      return false;
  }
}

// As Java's LocalDateTime: "2026-01-02T03:04", "...:05", "...:05.600".
void AppendIsoTimestamp(int64_t micros, std::string& out) {
  const int64_t fraction = MicrosOfDay(micros) % kMicrosPerSecond;
  const int digits = fraction == 0 ? 0 : fraction % kMicrosPerMilli == 0 ? 3 : 6;
  AppendTimestamp(micros, digits, 'T', out);
  if (MicrosOfDay(micros) % (60 * kMicrosPerSecond) == 0) out.resize(out.size() - 3);
}

// What Cell reads back.
void AppendText(const Column& column, const DataType& type, size_t row, std::string& out) {
  if (type.kind() == TypeKind::kBoolean) {
    out += column.GetValue(row).boolean() ? "true" : "false";
  } else if (type.kind() == TypeKind::kTimestamp || type.kind() == TypeKind::kTimestampLtz) {
    AppendIsoTimestamp(column.GetValue(row).integer(), out);
  } else {
    AppendCastText(column, row, TimeZone(), out);
  }
}

template <class T>
std::optional<Value> ParseNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if constexpr (std::is_floating_point_v<T>) {
    return Value(static_cast<double>(number));
  } else {
    return Value(static_cast<int64_t>(number));
  }
}

template <class T>
std::optional<Value> AsValue(std::optional<T> parsed) {
  if (!parsed) return std::nullopt;
  return Value(static_cast<int64_t>(*parsed));
}

// Nothing: the text is none of the type.
std::optional<Value> ParseText(const std::string& text, const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return Value(AsciiLower(text) == "true");
    case TypeKind::kTinyInt:
      return ParseNumber<int8_t>(text);
    case TypeKind::kSmallInt:
      return ParseNumber<int16_t>(text);
    case TypeKind::kInt:
      return ParseNumber<int32_t>(text);
    case TypeKind::kBigInt:
      return ParseNumber<int64_t>(text);
    case TypeKind::kFloat:
      return ParseNumber<float>(text);
    case TypeKind::kDouble:
      return ParseNumber<double>(text);
    case TypeKind::kDecimal: {
      Int128 unscaled = 0;
      const DecimalShape shape{type.precision(), type.scale()};
      if (ParseDecimal(text, shape, &unscaled) != DecimalParse::kOk) return std::nullopt;
      return Value(unscaled);
    }
    case TypeKind::kDate:
      return AsValue(ParseDate(text));
    case TypeKind::kTime:
      return AsValue(ParseTime(text));
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz: {
      const std::optional<int64_t> micros = ParseTimestamp(text, 'T');
      if (!micros) return std::nullopt;
      return Value(TruncateMicros(*micros, type.precision()));
    }
    default:
      return Value(text);
  }
}

bool IsSpecial(char c) {
  constexpr std::string_view kSpecial = "\"#%'*/:=?\\{}[]^\x7f";
  return static_cast<unsigned char>(c) < 0x20 || kSpecial.find(c) != std::string_view::npos;
}

}  // namespace

void AppendEscaped(std::string_view text, std::string& out) {
  for (const char& c : text) {
    if (!IsSpecial(c)) {
      out += c;
    } else {
      out += '%';
      AppendHex({&c, 1}, kUpperHex, out);
    }
  }
}

std::string Unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const int high = escape ? HexDigit(text[i + 1]) : -1;
    const int low = escape ? HexDigit(text[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      const int code = high * 16 + low;
      // A code of Latin-1, as UTF-8.
      if (code >= 0x80) out += static_cast<char>(0xc0 | (code >> 6));
      out += static_cast<char>(code >= 0x80 ? 0x80 | (code & 0x3f) : code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

PartitionFolders::PartitionFolders(const TableInfo& table, TableOptions& options)
    : default_name_(options.String("partition.default-name", "__DEFAULT_PARTITION__")) {
  for (uint32_t column : table.partition_keys) {
    const Field& field = (*table.schema)[column];
    if (!NamesFolders(field.type)) {
      options.FailWith(InvalidArgumentError(
          "table `" + table.name + "`: it is PARTITIONED BY `" + field.name + "`, which is " +
          field.type.ToString() + ": no folder can be named after it; partition by its CAST"));
    }
    Key& key = keys_.emplace_back(Key{.column = column, .type = field.type});
    AppendEscaped(field.name, key.prefix);
    key.prefix += '=';
  }
  // A line of CSV without columns is empty, and empty lines are no rows.
  if (keys_.size() == table.physical_columns && options.String("format", "") == "csv") {
    options.FailWith(InvalidArgumentError("table `" + table.name +
                                          "`: all its columns are in PARTITIONED BY: none is left "
                                          "for the lines of its files"));
  }
}

bool PartitionFolders::Has(uint32_t column) const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [&](const Key& key) { return key.column == column; });
}

void PartitionFolders::FolderOf(const Batch& batch, size_t row, std::string& out) const {
  out.clear();
  for (const Key& key : keys_) {
    if (!out.empty()) out += '/';
    out += key.prefix;
    const Column& column = *batch.column(key.column);
    const size_t begin = out.size();
    if (!column.IsNull(row)) AppendText(column, key.type, row, out);
    if (out.size() == begin) {
      AppendEscaped(default_name_, out);
    } else if (std::any_of(out.begin() + static_cast<ptrdiff_t>(begin), out.end(), IsSpecial)) {
      const std::string text = out.substr(begin);
      out.resize(begin);
      AppendEscaped(text, out);
    }
  }
}

bool PartitionFolders::Fits(size_t level, std::string_view name) const {
  return name.starts_with(keys_[level].prefix) && name.size() > keys_[level].prefix.size();
}

std::string PartitionFolders::Pattern(size_t level) const { return keys_[level].prefix + "..."; }

StatusOr<Value> PartitionFolders::Cell(const std::string& root, const std::string& file,
                                       uint32_t column) const {
  std::string_view rest = file;
  if (rest.starts_with(root)) rest.remove_prefix(root.size());
  for (size_t level = 0; level < keys_.size();) {
    while (rest.starts_with('/')) rest.remove_prefix(1);
    const size_t end = rest.find('/');
    if (end == std::string_view::npos) break;  // the file's own name
    const std::string_view folder = rest.substr(0, end);
    rest.remove_prefix(end);
    if (!Fits(level, folder)) continue;  // of a path that the table had before
    const Key& key = keys_[level++];
    if (key.column != column) continue;
    const std::string text = Unescaped(folder.substr(key.prefix.size()));
    if (text == default_name_) return Value();
    if (std::optional<Value> value = ParseText(text, key.type)) return *std::move(value);
    return InvalidArgumentError("the folder " + std::string(folder) + " of " + file + ": '" + text +
                                "' is no " + key.type.ToString());
  }
  return InvalidArgumentError("the file " + file + " is in no folder that says its partition");
}

}  // namespace weir
