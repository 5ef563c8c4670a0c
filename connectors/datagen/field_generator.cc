#include "connectors/datagen/field_generator.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/data/decimal.h"
#include "common/data/time_text.h"

namespace weir {
namespace {

// A stream of random numbers for one cell: splitmix64, seeded by the column and the row.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // In [0, 1).
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  // In [low, high].
  int64_t Between(int64_t low, int64_t high) {
    uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;
    uint64_t offset = range == 0 ? Next() : Next() % range;
    return static_cast<int64_t>(static_cast<uint64_t>(low) + offset);
  }

 private:
  uint64_t state_;
};

void AppendIntegerCell(const DataType& type, int64_t value, ColumnBuilder& out) {
  switch (type.fixed_width()) {
    case 1:
      return out.Append(static_cast<int8_t>(value));
    case 2:
      return out.Append(static_cast<int16_t>(value));
    case 4:
      return out.Append(static_cast<int32_t>(value));
    default:
      return out.Append(value);
  }
}

// What random cells of one type are drawn from.
struct Shape {
  DataType type;
  int64_t min = 0, max = 0;      // integers and intervals
  double low = 0, high = 0;      // FLOAT, DOUBLE, and DECIMAL before its scale
  int64_t length = 0;            // characters, bytes, elements
  bool variable_length = false;  // 1 to length
  int64_t max_past_ms = 0;
  double null_rate = 0;
  std::vector<Shape> children;
};

void AppendRandom(const Shape& shape, Random& random, Timestamp now, ColumnBuilder& out);

void AppendText(const Shape& shape, Random& random, ColumnBuilder& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  int64_t length = shape.variable_length ? random.Between(1, shape.length) : shape.length;
  std::vector<uint8_t>& bytes = out.bytes();
  for (int64_t i = 0; i < length; ++i) {
    uint64_t bits = random.Next();
    bytes.push_back(shape.type.is_string() ? static_cast<uint8_t>(kHex[bits & 15])
                                           : static_cast<uint8_t>(bits));
  }
  out.CloseBytes();
}

void AppendRandomTime(const Shape& shape, Random& random, Timestamp now, ColumnBuilder& out) {
  if (shape.max_past_ms > 0) now -= random.Between(0, shape.max_past_ms);
  int64_t micros = now * kMicrosPerMilli;
  switch (shape.type.kind()) {
    case TypeKind::kDate:
      return out.Append(static_cast<int32_t>(DayOfMicros(micros)));
    case TypeKind::kTime:
      return out.Append(static_cast<int32_t>(MicrosOfDay(micros) / kMicrosPerMilli));
    default:
      return out.Append<int64_t>(TruncateMicros(micros, shape.type.precision()));
  }
}

void AppendNested(const Shape& shape, Random& random, Timestamp now, ColumnBuilder& out) {
  if (shape.type.kind() == TypeKind::kRow) {
    for (size_t i = 0; i < shape.children.size(); ++i) {
      AppendRandom(shape.children[i], random, now, out.child(i));
    }
    return out.CloseRow();
  }
  for (int64_t i = 0; i < shape.length; ++i) {
    for (size_t child = 0; child < out.children(); ++child) {
      if (child < shape.children.size()) {
        AppendRandom(shape.children[child], random, now, out.child(child));
      } else {
        out.child(child).Append<int32_t>(1);  // the count in a MULTISET
      }
    }
  }
  out.CloseList();
}

void AppendRandom(const Shape& shape, Random& random, Timestamp now, ColumnBuilder& out) {
  if (shape.null_rate > 0 && random.Unit() < shape.null_rate) return out.AppendNull();
  switch (shape.type.kind()) {
    case TypeKind::kBoolean:
      return out.Append<uint8_t>(random.Next() & 1);
    case TypeKind::kFloat:
      return out.Append(static_cast<float>(shape.low + random.Unit() * (shape.high - shape.low)));
    case TypeKind::kDouble:
      return out.Append(shape.low + random.Unit() * (shape.high - shape.low));
    case TypeKind::kDecimal: {
      double value = shape.low + random.Unit() * (shape.high - shape.low);
      std::optional<Int128> cell =
          DoubleToDecimal(value, {shape.type.precision(), shape.type.scale()});
      return cell ? out.Append(*cell) : out.AppendNull();
    }
    case TypeKind::kChar:
    case TypeKind::kVarChar:
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return AppendText(shape, random, out);
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return AppendRandomTime(shape, random, now, out);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
      return AppendNested(shape, random, now, out);
    case TypeKind::kNull:
      return out.AppendNull();
    default:
      return AppendIntegerCell(shape.type, random.Between(shape.min, shape.max), out);
  }
}

class RandomField final : public FieldGenerator {
 public:
  RandomField(std::string_view name, Shape shape) : shape_(std::move(shape)) {
    // FNV-1a: the same on every machine, unlike std::hash.
    seed_ = 0xcbf29ce484222325;
    for (char c : name) seed_ = (seed_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  void Append(uint64_t row, Timestamp now, ColumnBuilder& out) const override {
    Random seeded(seed_ ^ (row * 0xd1342543de82ef95));
    Random random(seeded.Next());
    AppendRandom(shape_, random, now, out);
  }

 private:
  const Shape shape_;
  uint64_t seed_;
};

class SequenceField final : public FieldGenerator {
 public:
  SequenceField(DataType type, int64_t start, int64_t end)
      : type_(std::move(type)), start_(start), end_(end) {}

  void Append(uint64_t row, Timestamp, ColumnBuilder& out) const override {
    int64_t value = start_ + static_cast<int64_t>(row);
    switch (type_.kind()) {
      case TypeKind::kFloat:
        return out.Append(static_cast<float>(value));
      case TypeKind::kDouble:
        return out.Append(static_cast<double>(value));
      case TypeKind::kDecimal: {
        std::optional<Int128> cell = RescaleDecimal(value, 0, type_.scale(), type_.precision());
        return cell ? out.Append(*cell) : out.AppendNull();
      }
      case TypeKind::kChar:
      case TypeKind::kVarChar:
        return out.AppendBytes(std::to_string(value));
      default:
        return AppendIntegerCell(type_, value, out);
    }
  }
  std::optional<uint64_t> rows() const override {
    return static_cast<uint64_t>(end_) - static_cast<uint64_t>(start_) + 1;
  }

 private:
  const DataType type_;
  const int64_t start_, end_;
};

// Reads what random cells of a type may be limited by; parts of nested types are named
// "fields.a.element", "fields.a.key", "fields.a.value", "fields.row.field", as in Flink.
Shape ReadShape(const std::string& path, const DataType& type, TableOptions& options) {
  Shape shape{.type = type};
  std::string key = "fields." + path + ".";
  switch (type.kind()) {
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt: {
      int bits = type.fixed_width() * 8;
      int64_t most = static_cast<int64_t>(~uint64_t{0} >> (65 - bits));
      shape.min = options.Integer(key + "min", -most - 1, -most - 1, most);
      shape.max = options.Integer(key + "max", most, -most - 1, most);
      break;
    }
    case TypeKind::kIntervalYearMonth:
      shape.max = 120000;  // months, as in Flink
      break;
    case TypeKind::kIntervalDayTime:
      shape.max = 86400000;
      break;
    case TypeKind::kFloat:
      shape.low = options.Real(key + "min", std::numeric_limits<float>::min());
      shape.high = options.Real(key + "max", std::numeric_limits<float>::max());
      break;
    case TypeKind::kDouble:
      shape.low = options.Real(key + "min", std::numeric_limits<double>::min());
      shape.high = options.Real(key + "max", std::numeric_limits<double>::max());
      break;
    case TypeKind::kDecimal: {
      double limit = std::pow(10.0, type.precision() - type.scale());
      shape.low = options.Real(key + "min", 0);
      shape.high = options.Real(key + "max", limit - std::pow(10.0, -type.scale()));
      break;
    }
    case TypeKind::kChar:
    case TypeKind::kBinary:
      shape.length = type.length();
      break;
    case TypeKind::kVarChar:
    case TypeKind::kVarBinary: {
      bool unlimited = type.length() == DataType::kMaxLength;
      shape.length =
          options.Integer(key + "length", unlimited ? 100 : type.length(), 1, type.length());
      shape.variable_length = options.Bool(key + "var-len", false);
      break;
    }
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      shape.max_past_ms = options.Duration(key + "max-past", Duration(0)).count();
      break;
    case TypeKind::kArray:
    case TypeKind::kMultiset:
      shape.length = options.Integer(key + "length", 3, 0, 100000);
      shape.children.push_back(ReadShape(path + ".element", type.element(), options));
      break;
    case TypeKind::kMap:
      shape.length = options.Integer(key + "length", 3, 0, 100000);
      shape.children.push_back(ReadShape(path + ".key", type.key(), options));
      shape.children.push_back(ReadShape(path + ".value", type.value(), options));
      break;
    case TypeKind::kRow:
      for (const Field& field : type.fields()) {
        shape.children.push_back(ReadShape(path + "." + field.name, field.type, options));
      }
      break;
    case TypeKind::kVariant:
      options.FailWith(InvalidArgumentError("connector 'datagen' makes no VARIANT (column '" +
                                            path + "'): make it of a STRING with PARSE_JSON"));
      break;
    default:
      break;
  }
  if (shape.min > shape.max || shape.low > shape.high) {
    options.Fail(key + "max", "is less than the smallest value");
  }
  shape.null_rate = options.Real(key + "null-rate", 0);
  if (shape.null_rate < 0 || shape.null_rate > 1) {
    options.Fail(key + "null-rate", "must be between 0 and 1");
  }
  if (shape.null_rate > 0 && !type.nullable()) {
    options.Fail(key + "null-rate", "is given for a column that is NOT NULL");
  }
  return shape;
}

}  // namespace

std::unique_ptr<FieldGenerator> MakeFieldGenerator(const std::string& name, const DataType& type,
                                                   TableOptions& options) {
  std::string key = "fields." + name + ".";
  if (options.OneOf(key + "kind", "random", {"random", "sequence"}) == "random") {
    return std::make_unique<RandomField>(name, ReadShape(name, type, options));
  }
  if (!type.is_numeric() && !type.is_string()) {
    options.Fail(key + "kind", "is not possible for a column of type " + type.ToString());
  }
  options.Required(key + "start");
  options.Required(key + "end");
  int64_t start = options.Integer(key + "start", 0);
  int64_t end = options.Integer(key + "end", 0);
  if (end < start) options.Fail(key + "end", "is less than 'start'");
  return std::make_unique<SequenceField>(type, start, end);
}

}  // namespace weir
