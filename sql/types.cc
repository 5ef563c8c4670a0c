#include "sql/types.h"

#include <string>

namespace weir::sql {
namespace {

using AstKind = ast::TypeKind;

constexpr int kMaxDecimalPrecision = 38;
constexpr int kMaxTimePrecision = 9;

SqlError Error(const ast::TypeName& type, StatusCode code, std::string message,
               std::string hint = "") {
  return SqlError{code, std::move(message), type.span, std::move(hint)};
}

// The parameter at `index`, `otherwise` when it is not written.
SqlResult<int32_t> Parameter(const ast::TypeName& type, size_t index, int32_t otherwise,
                             int32_t min, int32_t max, const char* what) {
  if (index >= type.parameters.size()) return otherwise;
  const int32_t value = type.parameters[index];
  if (value < min || value > max) {
    return Error(type, StatusCode::kInvalidArgument,
                 std::string("the ") + what + " must be between " + std::to_string(min) + " and " +
                     std::to_string(max) + ", not " + std::to_string(value));
  }
  return value;
}

// A length that is not written is `otherwise`.
SqlResult<int32_t> Length(const ast::TypeName& type, int32_t otherwise) {
  return Parameter(type, 0, otherwise, 1, DataType::kMaxLength, "length");
}

SqlResult<DataType> DecimalType(const ast::TypeName& type) {
  ASSIGN_OR_RETURN(int32_t precision,
                   Parameter(type, 0, 10, 1, kMaxDecimalPrecision, "precision of DECIMAL"));
  ASSIGN_OR_RETURN(int32_t scale, Parameter(type, 1, 0, 0, precision, "scale of DECIMAL"));
  return DataType::Decimal(precision, scale);
}

SqlResult<DataType> RowType(const ast::TypeName& type) {
  std::vector<Field> fields;
  for (const ast::TypeField& field : type.fields) {
    for (const Field& earlier : fields) {
      if (earlier.name == field.name.text) {
        return SqlError{StatusCode::kInvalidArgument,
                        "the field `" + field.name.text + "` stands twice in this row",
                        field.name.span, ""};
      }
    }
    ASSIGN_OR_RETURN(DataType field_type, ToDataType(field.type));
    fields.push_back(Field{field.name.text, std::move(field_type)});
  }
  return DataType::Row(std::move(fields));
}

SqlResult<DataType> Unknown(const ast::TypeName& type) {
  static const std::vector<std::string> kKnown = {
      "BOOLEAN",   "TINYINT",  "SMALLINT", "INT",    "BIGINT",    "FLOAT",         "DOUBLE",
      "DECIMAL",   "INTEGER",  "NUMERIC",  "CHAR",   "VARCHAR",   "STRING",        "BINARY",
      "VARBINARY", "BYTES",    "DATE",     "TIME",   "TIMESTAMP", "TIMESTAMP_LTZ", "ARRAY",
      "MAP",       "MULTISET", "ROW",      "VARIANT"};
  const std::string name = type.name->ToString();
  std::string hint = name == "TEXT" || name == "text" ? "text is STRING" : DidYouMean(name, kKnown);
  return Error(type, StatusCode::kNotFound, "there is no type `" + name + "`", std::move(hint));
}

SqlResult<DataType> NullableType(const ast::TypeName& type) {
  switch (type.kind) {
    case AstKind::kNull:
      return DataType::Null();
    case AstKind::kBoolean:
      return DataType::Boolean();
    case AstKind::kTinyInt:
      return DataType::TinyInt();
    case AstKind::kSmallInt:
      return DataType::SmallInt();
    case AstKind::kInt:
      return DataType::Int();
    case AstKind::kBigInt:
      return DataType::BigInt();
    case AstKind::kFloat:
      return DataType::Float();
    case AstKind::kDouble:
      return DataType::Double();
    case AstKind::kDecimal:
      return DecimalType(type);
    case AstKind::kChar: {
      ASSIGN_OR_RETURN(int32_t length, Length(type, 1));
      return DataType::Char(length);
    }
    case AstKind::kVarChar: {
      ASSIGN_OR_RETURN(int32_t length, Length(type, DataType::kMaxLength));
      return DataType::VarChar(length);
    }
    case AstKind::kString:
      return DataType::String();
    case AstKind::kBinary: {
      ASSIGN_OR_RETURN(int32_t length, Length(type, 1));
      return DataType::Binary(length);
    }
    case AstKind::kVarBinary: {
      ASSIGN_OR_RETURN(int32_t length, Length(type, DataType::kMaxLength));
      return DataType::VarBinary(length);
    }
    case AstKind::kBytes:
      return DataType::Bytes();
    case AstKind::kDate:
      return DataType::Date();
    case AstKind::kTime: {
      // Whatever precision is written, Flink's planner makes it TIME(0).
      SqlResult<int32_t> precision =
          Parameter(type, 0, 0, 0, kMaxTimePrecision, "precision of TIME");
      if (!precision.ok()) return std::move(precision).status();
      return DataType::Time(0);
    }
    case AstKind::kTimestamp: {
      ASSIGN_OR_RETURN(int32_t precision,
                       Parameter(type, 0, 6, 0, kMaxTimePrecision, "precision of TIMESTAMP"));
      return DataType::Timestamp(precision);
    }
    case AstKind::kTimestampLtz: {
      ASSIGN_OR_RETURN(int32_t precision,
                       Parameter(type, 0, 6, 0, kMaxTimePrecision, "precision of TIMESTAMP_LTZ"));
      return DataType::TimestampLtz(precision);
    }
    case AstKind::kInterval: {
      const bool months = type.interval->from >= ast::TimeUnit::kMonth;
      return months ? DataType::IntervalYearMonth() : DataType::IntervalDayTime();
    }
    case AstKind::kArray: {
      ASSIGN_OR_RETURN(DataType element, ToDataType(type.arguments[0]));
      return DataType::Array(std::move(element));
    }
    case AstKind::kMultiset: {
      ASSIGN_OR_RETURN(DataType element, ToDataType(type.arguments[0]));
      return DataType::Multiset(std::move(element));
    }
    case AstKind::kMap: {
      ASSIGN_OR_RETURN(DataType key, ToDataType(type.arguments[0]));
      ASSIGN_OR_RETURN(DataType value, ToDataType(type.arguments[1]));
      return DataType::Map(std::move(key), std::move(value));
    }
    case AstKind::kRow:
      return RowType(type);
    case AstKind::kTimestampTz:
      return Error(type, StatusCode::kUnimplemented, "TIMESTAMP WITH TIME ZONE does not exist here",
                   "use TIMESTAMP_LTZ, which is TIMESTAMP WITH LOCAL TIME ZONE");
    case AstKind::kStructured:
      return Error(type, StatusCode::kUnimplemented, "STRUCTURED types are not supported",
                   "use ROW");
    case AstKind::kVariant:
      return DataType::Variant();
    case AstKind::kRaw:
      return Error(type, StatusCode::kUnimplemented, "RAW types are not supported", "use BYTES");
    case AstKind::kNamed:
      return Unknown(type);
  }
  return Error(type, StatusCode::kInternal, "a type of no kind");
}

}  // namespace

SqlResult<DataType> ToDataType(const ast::TypeName& type) {
  ASSIGN_OR_RETURN(DataType result, NullableType(type));
  return result.WithNullable(type.nullable.value_or(true));
}

std::string VariantHint(const DataType& from, const DataType& to) {
  if (from.is_variant()) return "read parts from the JSON text itself: JSON_VALUE(text, '$.name')";
  return to.is_variant() ? "PARSE_JSON(text) makes a VARIANT" : "";
}

}  // namespace weir::sql
