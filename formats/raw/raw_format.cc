#include "formats/raw/raw_format.h"

#include <algorithm>
#include <cstring>

#include "common/config/option_reader.h"
#include "common/data/charset.h"

namespace weir {
namespace {

struct RawOptions {
  bool big_endian = true;
  Charset charset = Charset::kUtf8;
};

StatusOr<RawOptions> ReadOptions(const std::map<std::string, std::string>& options) {
  OptionReader reader("format 'raw'", options);
  RawOptions out;
  StatusOr<Charset> charset = ParseCharset(reader.String("charset", "UTF-8"));
  if (charset.ok()) {
    out.charset = *charset;
  } else {
    reader.Fail("charset", "is refused: " + charset.status().message());
  }
  out.big_endian =
      reader.OneOf("endianness", "big-endian", {"big-endian", "little-endian"}) == "big-endian";
  RETURN_IF_ERROR(reader.Finish());
  return out;
}

Status CheckColumn(const Schema& schema) {
  if (schema.size() != 1) {
    return InvalidArgumentError("format 'raw' needs exactly one physical column, not " +
                                std::to_string(schema.size()));
  }
  const DataType& type = schema[0].type;
  switch (type.physical()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8:
    case PhysicalType::kInt16:
    case PhysicalType::kFloat:
    case PhysicalType::kDouble:
      return OkStatus();
    default:
      if (type.is_integer() || type.is_string() || type.is_binary()) return OkStatus();
      return InvalidArgumentError("format 'raw' has no bytes for column '" + schema[0].name +
                                  "' of type " + type.ToString());
  }
}

class RawDecoder final : public Decoder {
 public:
  RawDecoder(DataType type, bool wanted, RawOptions options)
      : type_(std::move(type)), wanted_(wanted), options_(options) {}

  Status Decode(std::span<const std::string_view> messages, BatchBuilder& out,
                std::vector<uint32_t>& row_of, std::vector<BadMessage>& bad) override {
    for (size_t i = 0; i < messages.size(); ++i) {
      if (messages[i].data() == nullptr) continue;
      if (wanted_ && !Append(messages[i], out.column(0))) {
        bad.push_back({i, std::to_string(messages[i].size()) + " bytes are not " +
                              type_.ToString() + " of " + std::to_string(type_.fixed_width())});
        continue;
      }
      out.CloseRow();
      row_of.push_back(static_cast<uint32_t>(i));
    }
    return OkStatus();
  }

 private:
  bool Append(std::string_view message, ColumnBuilder& out) {
    if (type_.is_string() && options_.charset != Charset::kUtf8) {
      text_.clear();
      AppendDecoded(message, options_.charset, text_);
      out.AppendBytes(text_);
      return true;
    }
    if (type_.physical() == PhysicalType::kBytes) {
      out.AppendBytes(message);
      return true;
    }
    size_t width = static_cast<size_t>(type_.fixed_width());
    if (message.size() != width) return false;
    char cell[8];
    std::memcpy(cell, message.data(), width);
    if (options_.big_endian) std::reverse(cell, cell + width);
    switch (width) {
      case 1:
        out.Append<uint8_t>(type_.kind() == TypeKind::kBoolean ? cell[0] != 0
                                                               : static_cast<uint8_t>(cell[0]));
        return true;
      case 2:
        return AppendAs<uint16_t>(cell, out);
      case 4:
        return AppendAs<uint32_t>(cell, out);
      default:
        return AppendAs<uint64_t>(cell, out);
    }
  }

  template <class T>
  static bool AppendAs(const char* cell, ColumnBuilder& out) {
    T value;
    std::memcpy(&value, cell, sizeof(T));
    out.Append(value);
    return true;
  }

  const DataType type_;
  const bool wanted_;
  const RawOptions options_;
  std::string text_;
};

class RawEncoder final : public Encoder {
 public:
  explicit RawEncoder(RawOptions options) : options_(options) {}

  Status Encode(const Batch& batch, size_t row, std::string& out) override {
    const Column& column = *batch.column(0);
    if (column.IsNull(row)) return OkStatus();
    if (column.type().is_string()) {
      AppendEncoded(ColumnView<std::string_view>(column)[row], options_.charset, out);
      return OkStatus();
    }
    if (column.type().physical() == PhysicalType::kBytes) {
      out += ColumnView<std::string_view>(column)[row];
      return OkStatus();
    }
    size_t width = static_cast<size_t>(column.type().fixed_width());
    size_t at = out.size();
    out.append(column.base().values<char>() + column.BaseIndex(row) * width, width);
    if (options_.big_endian) {
      std::reverse(out.begin() + static_cast<std::ptrdiff_t>(at), out.end());
    }
    return OkStatus();
  }

 private:
  const RawOptions options_;
};

}  // namespace

Format RawFormat() {
  Format format;
  format.name = "raw";
  format.options = {"charset", "endianness"};
  format.make_decoder =
      [](const DecoderContext& context,
         const std::map<std::string, std::string>& map) -> StatusOr<std::unique_ptr<Decoder>> {
    ASSIGN_OR_RETURN(RawOptions options, ReadOptions(map));
    RETURN_IF_ERROR(CheckColumn(*context.schema));
    return std::unique_ptr<Decoder>(std::make_unique<RawDecoder>(
        (*context.schema)[0].type, !context.projection.empty(), options));
  };
  format.make_encoder =
      [](SchemaPtr schema,
         const std::map<std::string, std::string>& map) -> StatusOr<std::unique_ptr<Encoder>> {
    ASSIGN_OR_RETURN(RawOptions options, ReadOptions(map));
    RETURN_IF_ERROR(CheckColumn(*schema));
    return std::unique_ptr<Encoder>(std::make_unique<RawEncoder>(options));
  };
  return format;
}

}  // namespace weir
