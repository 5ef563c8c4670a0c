#include "connectors/postgres/postgres_types.h"

#include <algorithm>
#include <initializer_list>

#include "common/base/hex.h"
#include "common/data/decimal.h"
#include "common/data/time_text.h"
#include "common/data/value_text.h"

namespace weir {
namespace {

bool IsOneOf(const std::string& name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void AppendQuotedElement(std::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

Status AppendText(std::string_view text, std::string& out) {
  if (text.find('\0') != text.npos) {
    return InvalidArgumentError("PostgreSQL cannot store text with a NUL character: '" +
                                std::string(text.substr(0, text.find('\0'))) + "\\0...'");
  }
  AppendQuotedElement(text, out);
  return OkStatus();
}

void AppendQuotedHex(std::string_view bytes, std::string& out) {
  out += "\"\\\\x";
  AppendHex(bytes, kLowerHex, out);
  out += '"';
}

}  // namespace

bool FitsPostgres(const DataType& type, const PostgresType& to) {
  if (type.kind() == TypeKind::kArray) {
    PostgresType element = to;
    element.array = false;
    return to.array && type.element().kind() != TypeKind::kArray &&
           FitsPostgres(type.element(), element);
  }
  if (to.array) return false;
  const std::string& name = to.name;
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return name == "bool";
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
      return IsOneOf(name, {"int2", "int4", "int8", "numeric", "float4", "float8"});
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return IsOneOf(name, {"float4", "float8", "numeric"});
    case TypeKind::kDecimal:
      // Into an integer column a fraction would be rounded away.
      return IsOneOf(name, {"numeric", "float4", "float8"}) ||
             (type.scale() == 0 && IsOneOf(name, {"int2", "int4", "int8"}));
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      return to.is_enum || IsOneOf(name, {"text", "varchar", "bpchar", "name", "citext", "json",
                                          "jsonb", "uuid", "xml", "inet", "cidr"});
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return name == "bytea";
    case TypeKind::kDate:
      return IsOneOf(name, {"date", "timestamp"});
    case TypeKind::kTime:
      return name == "time";
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return IsOneOf(name, {"timestamp", "timestamptz"});
    case TypeKind::kIntervalYearMonth:
    case TypeKind::kIntervalDayTime:
      return name == "interval";
    default:
      return false;
  }
}

std::string SuggestPostgresType(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return "boolean";
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
      return "smallint";
    case TypeKind::kInt:
      return "integer";
    case TypeKind::kBigInt:
      return "bigint";
    case TypeKind::kFloat:
      return "real";
    case TypeKind::kDouble:
      return "double precision";
    case TypeKind::kDecimal:
      return "numeric(" + std::to_string(type.precision()) + "," + std::to_string(type.scale()) +
             ")";
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      return "text";
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return "bytea";
    case TypeKind::kDate:
      return "date";
    case TypeKind::kTime:
      return "time";
    case TypeKind::kTimestamp:
      return "timestamp";
    case TypeKind::kTimestampLtz:
      return "timestamptz";
    case TypeKind::kIntervalYearMonth:
    case TypeKind::kIntervalDayTime:
      return "interval";
    case TypeKind::kArray: {
      std::string element = SuggestPostgresType(type.element());
      return element.empty() || type.element().kind() == TypeKind::kArray ? "" : element + "[]";
    }
    default:
      return "";
  }
}

bool SentAsText(const DataType& type, const PostgresType& to) {
  return type.kind() == TypeKind::kArray ||
         (type.is_string() && !IsOneOf(to.name, {"text", "varchar", "bpchar", "name"}));
}

Status AppendArrayElement(const Column& column, size_t row, std::string& out) {
  if (column.IsNull(row)) {
    out += "NULL";
    return OkStatus();
  }
  switch (column.type().kind()) {
    case TypeKind::kBoolean:
      out += column.cell<uint8_t>(row) ? 't' : 'f';
      return OkStatus();
    case TypeKind::kTinyInt:
      out += std::to_string(column.cell<int8_t>(row));
      return OkStatus();
    case TypeKind::kSmallInt:
      out += std::to_string(column.cell<int16_t>(row));
      return OkStatus();
    case TypeKind::kInt:
      out += std::to_string(column.cell<int32_t>(row));
      return OkStatus();
    case TypeKind::kBigInt:
      out += std::to_string(column.cell<int64_t>(row));
      return OkStatus();
    case TypeKind::kFloat:
      AppendFloat(column.cell<float>(row), out);
      return OkStatus();
    case TypeKind::kDouble:
      AppendDouble(column.cell<double>(row), out);
      return OkStatus();
    case TypeKind::kDecimal:
      AppendDecimal(column.cell<Int128>(row), column.type().scale(), out);
      return OkStatus();
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      return AppendText(ColumnView<std::string_view>(column)[row], out);
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      AppendQuotedHex(ColumnView<std::string_view>(column)[row], out);
      return OkStatus();
    case TypeKind::kDate:
      AppendDate(column.cell<int32_t>(row), out);
      return OkStatus();
    case TypeKind::kTime:
      AppendTime(column.cell<int32_t>(row), kTrimmed, out);
      return OkStatus();
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      out += '"';
      AppendTimestamp(column.cell<int64_t>(row), kTrimmed, ' ', out);
      out += column.type().kind() == TypeKind::kTimestampLtz ? "+00\"" : "\"";
      return OkStatus();
    case TypeKind::kIntervalYearMonth:
      out += "\"" + std::to_string(column.cell<int32_t>(row)) + " months\"";
      return OkStatus();
    case TypeKind::kIntervalDayTime:
      out += "\"" + std::to_string(column.cell<int64_t>(row)) + " milliseconds\"";
      return OkStatus();
    case TypeKind::kArray: {
      // An array inside of an array of texts: its literal, quoted once more.
      const Column& base = column.base();
      size_t k = column.BaseIndex(row);
      std::string inner = "{";
      for (uint32_t i = base.offsets()[k]; i < base.offsets()[k + 1]; ++i) {
        if (i > base.offsets()[k]) inner += ',';
        RETURN_IF_ERROR(AppendArrayElement(*base.child(0), i, inner));
      }
      inner += '}';
      AppendQuotedElement(inner, out);
      return OkStatus();
    }
    default:
      return InvalidArgumentError("PostgreSQL has no type for " + column.type().ToString());
  }
}

}  // namespace weir
