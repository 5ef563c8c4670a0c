#include "state/ordered_key_codec.h"

#include <cstring>

#include "state/key_cells.h"

// The encoding, version 1; for each column:
//   a byte: 0 null that comes first, 1 a cell follows, 2 null that comes last
//   the cell: an integer most significant byte first, its sign bit flipped; a FLOAT or DOUBLE as
//     the integer of its bits, all of them flipped when it is negative, else the sign bit; a
//     BOOLEAN as 0 or 1; text and bytes with each zero byte followed by ff, then two zero bytes
//   of a descending column all bits of the cell are flipped
// What is no number has one pattern of bits.

namespace weir {
namespace {

constexpr char kNullFirst = 0, kCell = 1, kNullLast = 2;

template <class T>
struct UnsignedOf {
  using Type = std::make_unsigned_t<T>;
};
template <>
struct UnsignedOf<Int128> {
  using Type = unsigned __int128;
};
template <>
struct UnsignedOf<float> {
  using Type = uint32_t;
};
template <>
struct UnsignedOf<double> {
  using Type = uint64_t;
};

// Bits whose order as an unsigned number is the order of the values.
template <class T>
auto OrderedBits(T value) {
  using U = typename UnsignedOf<T>::Type;
  constexpr U kSign = U{1} << (8 * sizeof(T) - 1);
  U bits;
  if constexpr (std::is_floating_point_v<T>) {
    value = Canonical(value);
    std::memcpy(&bits, &value, sizeof(bits));
    return static_cast<U>(bits & kSign ? ~bits : bits ^ kSign);
  } else if constexpr (std::is_unsigned_v<T>) {
    return value;  // BOOLEAN
  } else {
    std::memcpy(&bits, &value, sizeof(bits));
    return static_cast<U>(bits ^ kSign);
  }
}

template <class T, class U>
T ValueOf(U bits) {
  constexpr U kSign = U{1} << (8 * sizeof(T) - 1);
  if constexpr (std::is_floating_point_v<T>) {
    bits = static_cast<U>(bits & kSign ? bits ^ kSign : ~bits);
  } else if constexpr (!std::is_unsigned_v<T>) {
    bits = static_cast<U>(bits ^ kSign);
  }
  T value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

void PutBytes(std::string_view bytes, std::string& out) {
  for (;;) {
    const size_t zero = bytes.find('\0');
    out += bytes.substr(0, zero);
    if (zero == std::string_view::npos) break;
    out += std::string_view("\0\xff", 2);
    bytes.remove_prefix(zero + 1);
  }
  out += std::string_view("\0\0", 2);
}

uint8_t TakeByte(std::string_view& in) {
  CHECK(!in.empty()) << "a key that is no key";
  const uint8_t byte = static_cast<uint8_t>(in.front());
  in.remove_prefix(1);
  return byte;
}

void GetCell(const SortColumn& column, std::string_view& in, ColumnBuilder& out) {
  const uint8_t flip = column.descending ? 0xff : 0;
  if (column.type.physical() != PhysicalType::kBytes) {
    WithFixed(column.type.physical(), [&]<class T>(T) {
      typename UnsignedOf<T>::Type bits = 0;
      for (size_t i = 0; i < sizeof(T); ++i) {
        bits = static_cast<decltype(bits)>(bits << 4 << 4 | (TakeByte(in) ^ flip));
      }
      out.Append(ValueOf<T>(bits));
    });
    return;
  }
  for (;;) {
    const uint8_t byte = TakeByte(in) ^ flip;
    if (byte == 0 && (TakeByte(in) ^ flip) == 0) break;
    out.bytes().push_back(byte);
  }
  out.CloseBytes();
}

}  // namespace

StatusOr<OrderedKeyCodec> OrderedKeyCodec::Make(std::vector<SortColumn> columns) {
  for (const SortColumn& column : columns) {
    if (column.type.is_nested() || column.type.kind() == TypeKind::kNull) {
      return InvalidArgumentError(column.type.ToString() + " has no order");
    }
  }
  return OrderedKeyCodec(std::move(columns));
}

void OrderedKeyCodec::Append(std::span<const ColumnPtr> columns, size_t row,
                             std::string& out) const {
  CHECK_EQ(columns.size(), columns_.size());
  for (size_t c = 0; c < columns_.size(); ++c) {
    const SortColumn& column = columns_[c];
    if (columns[c]->IsNull(row)) {
      out.push_back(column.nulls_last ? kNullLast : kNullFirst);
      continue;
    }
    out.push_back(kCell);
    const size_t begin = out.size();
    const Column& base = columns[c]->base();
    const size_t at = columns[c]->BaseIndex(row);
    if (column.type.physical() == PhysicalType::kBytes) {
      PutBytes(ColumnView<std::string_view>(base)[at], out);
    } else {
      WithFixed(column.type.physical(), [&]<class T>(T) {
        const auto bits = OrderedBits(base.values<T>()[at]);
        for (size_t i = sizeof(T); i-- > 0;) out.push_back(static_cast<char>(bits >> (8 * i)));
      });
    }
    if (!column.descending) continue;
    for (size_t i = begin; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
  }
}

void OrderedKeyCodec::Decode(std::string_view& key, std::span<ColumnBuilder* const> out) const {
  CHECK_EQ(out.size(), columns_.size());
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (TakeByte(key) == kCell) {
      GetCell(columns_[c], key, *out[c]);
    } else {
      out[c]->AppendNull();
    }
  }
}

}  // namespace weir
