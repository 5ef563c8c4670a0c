#include "common/data/batch_codec.h"

#include <cstring>
#include <optional>
#include <span>

namespace weir {
namespace {

constexpr size_t kAlign = 16;  // of the widest cell
// A constant column needs no bytes for its rows, so bytes do not bound them.
constexpr uint32_t kMaxRows = 1u << 24;
constexpr uint32_t kMaxEntries = 1u << 28;  // of the child of a list column

enum Tag : uint8_t { kBatch = 1, kWatermark = 2, kBarrier = 3, kEnd = 4 };

struct ElementHeader {
  uint8_t tag;
  uint8_t idle = 0;   // watermark
  uint16_t zero = 0;  // reserved
  uint32_t length;    // of the body, a multiple of kAlign
  int64_t value = 0;  // watermark: its time; barrier: its id
};
static_assert(sizeof(ElementHeader) == kAlign);

struct BatchHeader {
  uint32_t rows;
  int32_t split;
  uint32_t columns;
  uint32_t has_kinds;
};
static_assert(sizeof(BatchHeader) == kAlign);

struct ColumnHeader {
  uint8_t encoding;
  uint8_t physical;
  uint8_t has_validity;
  uint8_t zero = 0;
  uint32_t rows;
  uint64_t values_size;  // flat: bytes of the values
};
static_assert(sizeof(ColumnHeader) == kAlign);

// ---- Writing

void Pad(std::string& out) { out.resize((out.size() + kAlign - 1) / kAlign * kAlign); }

void AppendBytes(const void* data, size_t size, std::string& out) {
  if (size == 0) return;
  out.append(static_cast<const char*>(data), size);
  Pad(out);
}

template <class T>
void AppendStruct(const T& value, std::string& out) {
  AppendBytes(&value, sizeof(T), out);
}

bool HasOffsets(PhysicalType type) {
  return type == PhysicalType::kBytes || type == PhysicalType::kArray || type == PhysicalType::kMap;
}

void AppendColumn(const ColumnPtr& column, std::string& out);

void AppendFlat(const Column& column, std::string& out) {
  const size_t rows = column.size();
  const PhysicalType physical = column.type().physical();
  const uint32_t* offsets = HasOffsets(physical) && rows > 0 ? column.offsets() : nullptr;
  size_t values_size = rows * static_cast<size_t>(column.type().fixed_width());
  if (physical == PhysicalType::kBytes) values_size = rows ? offsets[rows] - offsets[0] : 0;
  AppendStruct(
      ColumnHeader{.encoding = static_cast<uint8_t>(Column::Encoding::kFlat),
                   .physical = static_cast<uint8_t>(physical),
                   .has_validity = static_cast<uint8_t>(column.may_have_nulls() && rows > 0),
                   .rows = static_cast<uint32_t>(rows),
                   .values_size = values_size},
      out);
  if (rows == 0) {
    for (const ColumnPtr& child : column.flat().children) {
      AppendColumn(Column::Slice(child, 0, 0), out);
    }
    return;
  }
  if (column.may_have_nulls()) AppendBytes(column.validity(), (rows + 7) / 8, out);
  // Lists refer to their child by absolute offsets; byte strings are cut to what is used.
  if (physical == PhysicalType::kBytes && offsets[0] != 0) {
    std::vector<uint32_t> moved(offsets, offsets + rows + 1);
    for (uint32_t& offset : moved) offset -= offsets[0];
    AppendBytes(moved.data(), moved.size() * sizeof(uint32_t), out);
  } else if (offsets) {
    AppendBytes(offsets, (rows + 1) * sizeof(uint32_t), out);
  }
  const char* values = column.values<char>();
  if (physical == PhysicalType::kBytes) values += offsets[0];
  AppendBytes(values, values_size, out);
  for (const ColumnPtr& child : column.flat().children) AppendColumn(child, out);
}

void AppendColumn(const ColumnPtr& column, std::string& out) {
  if (column->is_flat()) return AppendFlat(*column, out);
  if (!column->is_constant() && column->base().size() > column->size()) {
    return AppendFlat(*Column::Flatten(column), out);
  }
  AppendStruct(ColumnHeader{.encoding = static_cast<uint8_t>(column->encoding()),
                            .physical = static_cast<uint8_t>(column->type().physical()),
                            .has_validity = 0,
                            .rows = static_cast<uint32_t>(column->size()),
                            .values_size = 0},
               out);
  if (!column->is_constant()) {
    AppendBytes(column->indices(), column->size() * sizeof(uint32_t), out);
  }
  AppendFlat(column->base(), out);
}

void AppendBatch(const Batch& batch, std::string& out) {
  const size_t start = out.size();
  AppendStruct(ElementHeader{.tag = kBatch, .length = 0}, out);
  AppendStruct(BatchHeader{.rows = static_cast<uint32_t>(batch.rows()),
                           .split = batch.split(),
                           .columns = static_cast<uint32_t>(batch.columns().size()),
                           .has_kinds = batch.kinds() != nullptr},
               out);
  if (batch.kinds()) AppendBytes(batch.kinds()->data(), batch.rows(), out);
  for (const ColumnPtr& column : batch.columns()) AppendColumn(column, out);
  const size_t length = out.size() - start - sizeof(ElementHeader);
  CHECK_LE(length, size_t{0xffffffff}) << "a batch of more than 4 GB";
  ElementHeader header{.tag = kBatch, .length = static_cast<uint32_t>(length)};
  std::memcpy(out.data() + start, &header, sizeof(header));
}

// ---- Reading

Status Bad(const char* what) { return DataLossError(std::string("a data frame is bad: ") + what); }

class Reader {
 public:
  Reader(std::shared_ptr<const void> owner, std::string_view bytes)
      : owner_(std::move(owner)), at_(bytes.data()), left_(bytes.size()) {}

  size_t left() const { return left_; }

  template <class T>
  bool Read(T* value) {
    const char* from = Skip(sizeof(T));
    if (from) std::memcpy(value, from, sizeof(T));
    return from != nullptr;
  }

  // `size` bytes in place, or a copy where `align` asks for it.
  std::optional<Buffer> ReadBuffer(uint64_t size, size_t align) {
    if (size > left_) return std::nullopt;
    const char* from = Skip(size);
    if (!from) return std::nullopt;
    if (reinterpret_cast<uintptr_t>(from) % align == 0) return Buffer(owner_, from, size);
    std::vector<Int128> copy((size + sizeof(Int128) - 1) / sizeof(Int128));
    std::memcpy(copy.data(), from, size);
    auto owner = std::make_shared<const std::vector<Int128>>(std::move(copy));
    return Buffer(owner, owner->data(), size);
  }

  StatusOr<ColumnPtr> ReadColumn(const DataType& type, uint64_t rows);
  StatusOr<Batch> ReadBatch(const SchemaPtr& schema);

 private:
  // The next `size` bytes and the padding behind them; null when there are fewer.
  const char* Skip(size_t size) {
    if (size > left_) return nullptr;
    size_t padded = (size + kAlign - 1) / kAlign * kAlign;
    if (padded > left_) return nullptr;
    const char* from = at_;
    at_ += padded;
    left_ -= padded;
    return from;
  }

  StatusOr<ColumnPtr> ReadFlat(const DataType& type, const ColumnHeader& header);
  StatusOr<Buffer> ReadOffsets(uint64_t rows);
  Status ReadChildren(const DataType& type, uint64_t rows, Column::Flat& parts);

  std::shared_ptr<const void> owner_;
  const char* at_;
  size_t left_;
};

StatusOr<Buffer> Reader::ReadOffsets(uint64_t rows) {
  if (rows == 0) return Buffer::Of(std::vector<uint32_t>{0});
  std::optional<Buffer> buffer = ReadBuffer((rows + 1) * sizeof(uint32_t), alignof(uint32_t));
  if (!buffer) return Bad("truncated offsets");
  const uint32_t* offsets = buffer->as<uint32_t>();
  uint32_t falls = 0;
  for (uint64_t i = 0; i < rows; ++i) falls |= offsets[i + 1] < offsets[i];
  if (falls) return Bad("offsets fall");
  return *buffer;
}

Status Reader::ReadChildren(const DataType& type, uint64_t rows, Column::Flat& parts) {
  const PhysicalType physical = type.physical();
  if (physical == PhysicalType::kRow) {
    for (const Field& field : type.fields()) {
      ASSIGN_OR_RETURN(ColumnPtr child, ReadColumn(field.type, rows));
      parts.children.push_back(std::move(child));
    }
    return OkStatus();
  }
  if (physical != PhysicalType::kArray && physical != PhysicalType::kMap) return OkStatus();
  std::vector<DataType> types;
  if (physical == PhysicalType::kArray) {
    types = {type.element()};
  } else if (type.kind() == TypeKind::kMap) {
    types = {type.key(), type.value()};
  } else {
    types = {type.element(), DataType::Int().NotNull()};
  }
  // The child may hold more entries than the lists use, but never fewer.
  const uint32_t used = rows ? parts.offsets.as<uint32_t>()[rows] : 0;
  for (const DataType& child_type : types) {
    ColumnHeader peek;
    if (left_ < sizeof(peek)) return Bad("truncated column");
    std::memcpy(&peek, at_, sizeof(peek));
    if (peek.rows < used || peek.rows > kMaxEntries) return Bad("a list past its entries");
    ASSIGN_OR_RETURN(ColumnPtr child, ReadColumn(child_type, peek.rows));
    parts.children.push_back(std::move(child));
  }
  return OkStatus();
}

StatusOr<ColumnPtr> Reader::ReadFlat(const DataType& type, const ColumnHeader& header) {
  const PhysicalType physical = type.physical();
  const uint64_t rows = header.rows;
  Column::Flat parts;
  if (header.has_validity) {
    std::optional<Buffer> validity = ReadBuffer((rows + 7) / 8, 1);
    if (!validity) return Bad("truncated validity");
    parts.validity = *validity;
  }
  if (HasOffsets(physical)) {
    ASSIGN_OR_RETURN(parts.offsets, ReadOffsets(rows));
  }
  const size_t width = static_cast<size_t>(type.fixed_width());
  uint64_t expected = rows * width;
  if (physical == PhysicalType::kBytes) {
    if (parts.offsets.as<uint32_t>()[0] != 0) return Bad("a byte string before its bytes");
    expected = parts.offsets.as<uint32_t>()[rows];
  }
  if (header.values_size != expected) return Bad("values of another size");
  std::optional<Buffer> values = ReadBuffer(expected, width ? width : 1);
  if (!values) return Bad("truncated values");
  if (physical == PhysicalType::kBool) {
    uint8_t all = 0;
    for (uint64_t i = 0; i < rows; ++i) all |= values->data()[i];
    if (all > 1) return Bad("a boolean that is neither true nor false");
  }
  parts.values = *values;
  RETURN_IF_ERROR(ReadChildren(type, rows, parts));
  return Column::MakeFlat(type, rows, std::move(parts));
}

// The depth of recursion is the schema's.
StatusOr<ColumnPtr> Reader::ReadColumn(const DataType& type, uint64_t rows) {
  ColumnHeader header;
  if (!Read(&header)) return Bad("truncated column");
  if (header.physical != static_cast<uint8_t>(type.physical())) {
    return Bad("a column of another type than the plan's");
  }
  if (header.rows != rows) return Bad("a column of another length than its batch");
  switch (static_cast<Column::Encoding>(header.encoding)) {
    case Column::Encoding::kFlat:
      return ReadFlat(type, header);
    case Column::Encoding::kConstant: {
      ColumnHeader base;
      if (!Read(&base)) return Bad("truncated constant");
      if (base.encoding != 0 || base.rows != 1 || base.physical != header.physical) {
        return Bad("a constant that is not one cell");
      }
      ASSIGN_OR_RETURN(ColumnPtr one, ReadFlat(type, base));
      return Column::MakeConstant(std::move(one), rows);
    }
    case Column::Encoding::kDictionary: {
      std::optional<Buffer> indices = ReadBuffer(rows * sizeof(uint32_t), alignof(uint32_t));
      if (!indices) return Bad("truncated indices");
      ColumnHeader base;
      if (!Read(&base)) return Bad("truncated dictionary");
      if (base.encoding != 0 || base.physical != header.physical || base.rows > rows) {
        return Bad("a dictionary without a flat base");
      }
      uint32_t highest = 0;
      for (uint64_t i = 0; i < rows; ++i) {
        highest = std::max(highest, indices->as<uint32_t>()[i]);
      }
      if (rows && highest >= base.rows) return Bad("an index past the dictionary");
      ASSIGN_OR_RETURN(ColumnPtr cells, ReadFlat(type, base));
      return Column::MakeDictionary(std::move(cells), *indices, rows);
    }
  }
  return Bad("an unknown encoding");
}

StatusOr<Batch> Reader::ReadBatch(const SchemaPtr& schema) {
  BatchHeader header;
  if (!Read(&header)) return Bad("truncated batch");
  if (header.columns != schema->size()) return Bad("another number of columns than the plan's");
  if (header.rows > kMaxRows) return Bad("too many rows");
  std::shared_ptr<const std::vector<RowKind>> kinds;
  if (header.has_kinds) {
    std::optional<Buffer> bytes = ReadBuffer(header.rows, 1);
    if (!bytes) return Bad("truncated row kinds");
    std::vector<RowKind> copy(header.rows);
    uint8_t all = 0;
    for (uint32_t i = 0; i < header.rows; ++i) {
      all |= bytes->data()[i];
      copy[i] = static_cast<RowKind>(bytes->data()[i]);
    }
    if (all > static_cast<uint8_t>(RowKind::kDelete)) return Bad("an unknown row kind");
    kinds = std::make_shared<const std::vector<RowKind>>(std::move(copy));
  }
  std::vector<ColumnPtr> columns;
  for (const Field& field : schema->fields()) {
    ASSIGN_OR_RETURN(ColumnPtr column, ReadColumn(field.type, header.rows));
    columns.push_back(std::move(column));
  }
  return Batch(schema, std::move(columns), header.rows, std::move(kinds)).WithSplit(header.split);
}

}  // namespace

void AppendElement(const StreamElement& element, std::string& out) {
  Pad(out);
  if (const Batch* batch = std::get_if<Batch>(&element)) {
    AppendBatch(*batch, out);
  } else if (const Watermark* watermark = std::get_if<Watermark>(&element)) {
    AppendStruct(
        ElementHeader{
            .tag = kWatermark, .idle = watermark->idle, .length = 0, .value = watermark->time},
        out);
  } else if (const CheckpointBarrier* barrier = std::get_if<CheckpointBarrier>(&element)) {
    AppendStruct(ElementHeader{.tag = kBarrier, .length = 0, .value = barrier->id.value()}, out);
  } else {
    AppendStruct(ElementHeader{.tag = kEnd, .length = 0}, out);
  }
}

StatusOr<std::vector<StreamElement>> DecodeElements(std::shared_ptr<const void> owner,
                                                    std::string_view bytes,
                                                    const SchemaPtr& schema) {
  std::vector<StreamElement> elements;
  Reader reader(std::move(owner), bytes);
  while (reader.left() > 0) {
    ElementHeader header;
    if (!reader.Read(&header)) return Bad("truncated element");
    if (header.length > reader.left()) return Bad("truncated element body");
    const size_t rest = reader.left() - header.length;
    switch (header.tag) {
      case kBatch: {
        ASSIGN_OR_RETURN(Batch batch, reader.ReadBatch(schema));
        elements.push_back(std::move(batch));
        break;
      }
      case kWatermark:
        elements.push_back(Watermark{header.value, header.idle != 0});
        break;
      case kBarrier:
        elements.push_back(CheckpointBarrier{CheckpointId(header.value)});
        break;
      case kEnd:
        elements.push_back(EndOfInput{});
        break;
      default:
        return Bad("an unknown element");
    }
    if (reader.left() != rest) return Bad("an element of another length than it says");
  }
  return elements;
}

StatusOr<std::vector<StreamElement>> DecodeElements(std::string bytes, const SchemaPtr& schema) {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  std::string_view view = *owner;
  return DecodeElements(std::move(owner), view, schema);
}

}  // namespace weir
