#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The SQL types, as Flink has them, and how each is laid out in a column.

namespace weir {

using Int128 = __int128;

enum class TypeKind : uint8_t {
  kNull,
  kBoolean,
  kTinyInt,
  kSmallInt,
  kInt,
  kBigInt,
  kFloat,
  kDouble,
  kDecimal,
  kChar,
  kVarChar,
  kBinary,
  kVarBinary,
  kDate,
  kTime,
  kTimestamp,
  kTimestampLtz,
  kIntervalYearMonth,
  kIntervalDayTime,
  kArray,
  kMap,
  kMultiset,
  kRow,
  kVariant,  // last: plans and snapshots keep the numbers
};

// What the cells of a flat column are in memory.
enum class PhysicalType : uint8_t {
  kBool,    // uint8_t 0 or 1; BOOLEAN (and NULL, whose cells are all null)
  kInt8,    // TINYINT
  kInt16,   // SMALLINT
  kInt32,   // INT, DATE (days since 1970-01-01), TIME (ms of the day), INTERVAL YEAR TO MONTH
            // (months)
  kInt64,   // BIGINT, TIMESTAMP and TIMESTAMP_LTZ (us since 1970-01-01 00:00:00), INTERVAL DAY TO
            // SECOND (ms)
  kFloat,   // FLOAT
  kDouble,  // DOUBLE
  kInt128,  // DECIMAL: the unscaled value
  kBytes,   // CHAR, VARCHAR (UTF-8), BINARY, VARBINARY: offsets and bytes; VARIANT: JSON text in
            // one form, so that equal values have equal bytes
  kArray,   // ARRAY: offsets and one child
  kMap,     // MAP, MULTISET (element to INT count): offsets and two children
  kRow,     // ROW: one child per field
};

class DataType;
struct Field;

// A value type; copies share the nested part.
class DataType {
 public:
  static constexpr int32_t kMaxLength = 2147483647;  // STRING is VARCHAR(kMaxLength)

  DataType() = default;  // NULL
  static DataType Null();
  static DataType Boolean() { return DataType(TypeKind::kBoolean); }
  static DataType TinyInt() { return DataType(TypeKind::kTinyInt); }
  static DataType SmallInt() { return DataType(TypeKind::kSmallInt); }
  static DataType Int() { return DataType(TypeKind::kInt); }
  static DataType BigInt() { return DataType(TypeKind::kBigInt); }
  static DataType Float() { return DataType(TypeKind::kFloat); }
  static DataType Double() { return DataType(TypeKind::kDouble); }
  static DataType Decimal(int precision, int scale) {
    return DataType(TypeKind::kDecimal, precision, scale);
  }
  static DataType Char(int32_t length) { return DataType(TypeKind::kChar, length); }
  static DataType VarChar(int32_t length) { return DataType(TypeKind::kVarChar, length); }
  static DataType String() { return VarChar(kMaxLength); }
  static DataType Binary(int32_t length) { return DataType(TypeKind::kBinary, length); }
  static DataType VarBinary(int32_t length) { return DataType(TypeKind::kVarBinary, length); }
  static DataType Bytes() { return VarBinary(kMaxLength); }
  static DataType Date() { return DataType(TypeKind::kDate); }
  static DataType Time(int precision = 0) { return DataType(TypeKind::kTime, precision); }
  static DataType Timestamp(int precision = 6) { return DataType(TypeKind::kTimestamp, precision); }
  static DataType TimestampLtz(int precision = 6) {
    return DataType(TypeKind::kTimestampLtz, precision);
  }
  static DataType IntervalYearMonth() { return DataType(TypeKind::kIntervalYearMonth); }
  static DataType IntervalDayTime() { return DataType(TypeKind::kIntervalDayTime); }
  static DataType Array(DataType element);
  static DataType Map(DataType key, DataType value);
  static DataType Multiset(DataType element);
  static DataType Row(std::vector<Field> fields);
  static DataType Variant() { return DataType(TypeKind::kVariant); }
  // For readers of stored types: every part given, children as `fields` has them.
  static DataType Make(TypeKind kind, bool nullable, int32_t precision, int32_t scale,
                       std::vector<Field> fields);

  TypeKind kind() const { return kind_; }
  bool nullable() const { return nullable_; }
  DataType WithNullable(bool nullable) const;
  DataType NotNull() const { return WithNullable(false); }

  int32_t precision() const { return precision_; }  // DECIMAL, TIME, TIMESTAMP*
  int32_t length() const { return precision_; }     // CHAR, VARCHAR, BINARY, VARBINARY
  int32_t scale() const { return scale_; }          // DECIMAL

  // ROW: its fields. ARRAY, MULTISET: "element". MAP: "key", "value". Others: empty.
  const std::vector<Field>& fields() const;
  const DataType& element() const;  // ARRAY, MULTISET
  const DataType& key() const;      // MAP
  const DataType& value() const;    // MAP

  PhysicalType physical() const;
  // Bytes of one cell; 0 for kBytes, kArray, kMap and kRow.
  int fixed_width() const;

  bool is_string() const { return kind_ == TypeKind::kChar || kind_ == TypeKind::kVarChar; }
  bool is_binary() const { return kind_ == TypeKind::kBinary || kind_ == TypeKind::kVarBinary; }
  bool is_integer() const { return kind_ >= TypeKind::kTinyInt && kind_ <= TypeKind::kBigInt; }
  bool is_approximate() const { return kind_ == TypeKind::kFloat || kind_ == TypeKind::kDouble; }
  bool is_decimal() const { return kind_ == TypeKind::kDecimal; }
  bool is_numeric() const { return is_integer() || is_approximate() || is_decimal(); }
  bool is_timestamp() const {
    return kind_ == TypeKind::kTimestamp || kind_ == TypeKind::kTimestampLtz;
  }
  bool is_interval() const {
    return kind_ == TypeKind::kIntervalYearMonth || kind_ == TypeKind::kIntervalDayTime;
  }
  bool is_nested() const { return kind_ >= TypeKind::kArray && kind_ <= TypeKind::kRow; }
  bool is_variant() const { return kind_ == TypeKind::kVariant; }

  // As Flink prints it: "DECIMAL(10, 2) NOT NULL", "STRING", "ROW<`a` INT, `b` STRING>".
  std::string ToString() const;

  // Equal in every part, nullability and field names included.
  friend bool operator==(const DataType& a, const DataType& b);
  // Equal but for nullability, at every level.
  bool EqualsIgnoringNullability(const DataType& other) const;

 private:
  explicit DataType(TypeKind kind, int32_t precision = 0, int32_t scale = 0)
      : kind_(kind), precision_(precision), scale_(scale) {}

  TypeKind kind_ = TypeKind::kNull;
  bool nullable_ = true;
  int32_t precision_ = 0;
  int32_t scale_ = 0;
  std::shared_ptr<const std::vector<Field>> fields_;
};

struct Field {
  std::string name;
  DataType type;
  friend bool operator==(const Field&, const Field&) = default;
};

std::ostream& operator<<(std::ostream& out, const DataType& type);

// `name` with backticks doubled inside backticks, as Flink prints identifiers.
std::string QuoteIdentifier(std::string_view name);

// The columns of a batch or a table. Immutable, shared.
class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<Field> fields) : fields_(std::move(fields)) {}
  size_t size() const { return fields_.size(); }
  const Field& operator[](size_t i) const { return fields_[i]; }
  const std::vector<Field>& fields() const { return fields_; }
  // -1 when there is none. Case-sensitive.
  int IndexOf(std::string_view name) const;
  // "( `a` INT NOT NULL, `b` STRING )"
  std::string ToString() const;
  friend bool operator==(const Schema&, const Schema&) = default;

 private:
  std::vector<Field> fields_;
};
using SchemaPtr = std::shared_ptr<const Schema>;

}  // namespace weir
