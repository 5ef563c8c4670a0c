#include "state/key_codec.h"

#include <algorithm>
#include <cstring>

#include "state/key_cells.h"
#include "state/xxh64.h"

// The encoding, version 1:
//   one column of fixed width: its bytes, least significant first; null is the empty string
//   otherwise: a byte with a bit per column (1 = null; the next byte after eight), then the cells
//     that are not null, in order
//   a cell: fixed width as above; bytes: length, bytes; ARRAY, MAP, MULTISET: count, then each
//     child's cells one after the other, each with a byte in front (0, or 1 and no cell: null);
//     ROW: each field with that byte in front
// Lengths and counts are base-128, least significant group first. A FLOAT or DOUBLE that is no
// number has one pattern of bits; 0.0 and -0.0 are different keys.

namespace weir {
namespace {

void PutKeyVarint(uint64_t v, std::vector<char>& out) {
  for (; v >= 0x80; v >>= 7) out.push_back(static_cast<char>(v | 0x80));
  out.push_back(static_cast<char>(v));
}

uint64_t GetKeyVarint(std::string_view& in) {
  uint64_t v = 0;
  for (int shift = 0;; shift += 7) {
    CHECK(!in.empty() && shift < 64) << "a key that is no key";
    uint8_t byte = static_cast<uint8_t>(in.front());
    in.remove_prefix(1);
    v |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return v;
  }
}

std::string_view GetBytes(std::string_view& in, size_t size) {
  CHECK_LE(size, in.size()) << "a key that is no key";
  std::string_view bytes = in.substr(0, size);
  in.remove_prefix(size);
  return bytes;
}

void PutCell(const Column& column, size_t i, std::vector<char>& out);

void PutNullableCell(const Column& column, size_t i, std::vector<char>& out) {
  bool null = column.IsNull(i);
  out.push_back(null ? 1 : 0);
  if (!null) PutCell(column, i, out);
}

// A cell that is not null.
void PutCell(const Column& column, size_t i, std::vector<char>& out) {
  const Column& base = column.base();
  size_t k = column.BaseIndex(i);
  PhysicalType physical = base.type().physical();
  switch (physical) {
    case PhysicalType::kBytes: {
      std::string_view bytes = ColumnView<std::string_view>(base)[k];
      PutKeyVarint(bytes.size(), out);
      out.insert(out.end(), bytes.begin(), bytes.end());
      return;
    }
    case PhysicalType::kRow:
      for (const ColumnPtr& child : base.flat().children) PutNullableCell(*child, k, out);
      return;
    case PhysicalType::kArray:
    case PhysicalType::kMap:
      PutKeyVarint(base.offsets()[k + 1] - base.offsets()[k], out);
      for (const ColumnPtr& child : base.flat().children) {
        for (size_t e = base.offsets()[k]; e < base.offsets()[k + 1]; ++e) {
          PutNullableCell(*child, e, out);
        }
      }
      return;
    default:
      WithFixed(physical, [&]<class T>(T) {
        T value = Canonical(base.values<T>()[k]);
        size_t at = out.size();
        out.resize(at + sizeof(T));
        std::memcpy(out.data() + at, &value, sizeof(T));
      });
  }
}

void GetCell(std::string_view& in, ColumnBuilder& out);

void GetNullableCell(std::string_view& in, ColumnBuilder& out) {
  if (GetBytes(in, 1)[0] != 0) return out.AppendNull();
  GetCell(in, out);
}

void GetCell(std::string_view& in, ColumnBuilder& out) {
  PhysicalType physical = out.type().physical();
  switch (physical) {
    case PhysicalType::kBytes: {
      size_t size = GetKeyVarint(in);
      return out.AppendBytes(GetBytes(in, size));
    }
    case PhysicalType::kRow:
      for (size_t c = 0; c < out.children(); ++c) GetNullableCell(in, out.child(c));
      return out.CloseRow();
    case PhysicalType::kArray:
    case PhysicalType::kMap: {
      size_t count = GetKeyVarint(in);
      for (size_t c = 0; c < out.children(); ++c) {
        for (size_t e = 0; e < count; ++e) GetNullableCell(in, out.child(c));
      }
      return out.CloseList();
    }
    default:
      WithFixed(physical, [&]<class T>(T value) {
        std::memcpy(&value, GetBytes(in, sizeof(T)).data(), sizeof(T));
        out.Append(value);
      });
  }
}

// Appends to a buffer that only ever grows: reused from batch to batch, it stays allocated.
class KeyBytes {
 public:
  explicit KeyBytes(std::vector<char>& buffer) : buffer_(buffer) {}
  size_t size() const { return size_; }
  char& at(size_t i) { return buffer_[i]; }
  std::string_view From(size_t begin) const { return {buffer_.data() + begin, size_ - begin}; }
  char* Grow(size_t n) {
    if (buffer_.size() - size_ < n) buffer_.resize(std::max(2 * buffer_.size(), size_ + n + 1024));
    size_ += n;
    return buffer_.data() + size_ - n;
  }

 private:
  std::vector<char>& buffer_;
  size_t size_ = 0;
};

// One column of a key, its kind looked up once.
class KeyColumn {
 public:
  explicit KeyColumn(const ColumnPtr& column)
      : column_(*column), base_(column->base()), physical_(base_.type().physical()) {
    // A float's bits are not its key's (Canonical).
    if (physical_ != PhysicalType::kFloat && physical_ != PhysicalType::kDouble) {
      width_ = static_cast<size_t>(base_.type().fixed_width());
    }
  }
  // Appends cell i; false when it is null.
  bool Put(size_t i, KeyBytes& out) {
    if (column_.IsNull(i)) return false;
    const size_t k = column_.BaseIndex(i);
    if (width_ > 0) {
      std::memcpy(out.Grow(width_), base_.values<char>() + k * width_, width_);
    } else if (physical_ == PhysicalType::kBytes) {
      const uint32_t begin = base_.offsets()[k], size = base_.offsets()[k + 1] - begin;
      uint32_t rest = size;
      for (; rest >= 0x80; rest >>= 7) *out.Grow(1) = static_cast<char>(rest | 0x80);
      *out.Grow(1) = static_cast<char>(rest);
      if (size > 0) std::memcpy(out.Grow(size), base_.values<char>() + begin, size);
    } else {
      scratch_.clear();
      PutCell(column_, i, scratch_);
      if (!scratch_.empty())
        std::memcpy(out.Grow(scratch_.size()), scratch_.data(), scratch_.size());
    }
    return true;
  }

 private:
  const Column& column_;
  const Column& base_;
  const PhysicalType physical_;
  size_t width_ = 0;
  std::vector<char> scratch_;
};

// One column of fixed width: no tags, no calls per row.
template <class T>
void EncodeFixed(const Column& column, size_t rows, std::vector<char>& bytes,
                 std::vector<uint32_t>& offsets, std::vector<uint64_t>& hashes) {
  bytes.resize(rows * sizeof(T));
  offsets.resize(rows + 1);
  hashes.resize(rows);
  ColumnView<T> cells(column);
  uint32_t at = 0;
  for (size_t i = 0; i < rows; ++i) {
    offsets[i] = at;
    if (cells.IsNull(i)) {
      hashes[i] = Xxh64::Hash({});
      continue;
    }
    T value = Canonical(cells[i]);
    std::memcpy(bytes.data() + at, &value, sizeof(T));
    at += sizeof(T);
    if constexpr (sizeof(T) == 8) {
      uint64_t bits;
      std::memcpy(&bits, &value, 8);
      hashes[i] = Xxh64::Hash8(bits);
    } else {
      hashes[i] = Xxh64::Hash({bytes.data() + at - sizeof(T), sizeof(T)});
    }
  }
  offsets[rows] = at;
  bytes.resize(at);
}

}  // namespace

KeyCodec::KeyCodec(std::vector<DataType> types) : types_(std::move(types)) {}

uint64_t KeyCodec::Hash(std::string_view key) { return Xxh64::Hash(key); }

namespace {

constexpr uint64_t kGroupBits = 0xffffffff00000000u;  // of a hash: what key groups are made of

uint64_t HashWithin(uint64_t outer_hash, std::string_view key) {
  return (outer_hash & kGroupBits) | (KeyCodec::Hash(key) & ~kGroupBits);
}

void PutInnerKey(std::string_view outer, std::string_view inner, std::string& out) {
  const uint32_t size = static_cast<uint32_t>(outer.size());
  out.assign(reinterpret_cast<const char*>(&size), sizeof(size));
  out += outer;
  out += inner;
}

}  // namespace

uint64_t HashOf(KeyForm form, std::string_view key) {
  if (form == KeyForm::kWhole) return KeyCodec::Hash(key);
  const KeyForm outer = form == KeyForm::kNested ? KeyForm::kInner : KeyForm::kWhole;
  return HashWithin(HashOf(outer, SplitInnerKey(key).first), key);
}

void AppendInnerKey(std::string_view outer, uint64_t outer_hash, std::string_view inner,
                    EncodedKeys& out, std::string& scratch) {
  PutInnerKey(outer, inner, scratch);
  out.Append(scratch, HashWithin(outer_hash, scratch));
}

std::string InnerKeyOf(std::string_view outer, std::string_view inner) {
  std::string key;
  PutInnerKey(outer, inner, key);
  return key;
}

std::pair<std::string_view, std::string_view> SplitInnerKey(std::string_view key) {
  uint32_t size = 0;
  if (key.size() >= sizeof(size)) std::memcpy(&size, key.data(), sizeof(size));
  if (key.size() < sizeof(size) || key.size() - sizeof(size) < size) return {key, {}};  // none
  return {key.substr(sizeof(size), size), key.substr(sizeof(size) + size)};
}

void KeyCodec::Encode(std::span<const ColumnPtr> columns, size_t rows, EncodedKeys& out) const {
  CHECK_EQ(columns.size(), types_.size());
  if (types_.size() == 1 && types_[0].fixed_width() > 0) {
    WithFixed(types_[0].physical(), [&]<class T>(T) {
      EncodeFixed<T>(*columns[0], rows, out.bytes_, out.offsets_, out.hashes_);
    });
    return;
  }
  out.offsets_.resize(rows + 1);
  out.hashes_.resize(rows);
  std::vector<KeyColumn> cells(columns.begin(), columns.end());
  KeyBytes bytes(out.bytes_);
  const size_t tag_bytes = (types_.size() + 7) / 8;
  for (size_t i = 0; i < rows; ++i) {
    const size_t begin = bytes.size();
    out.offsets_[i] = static_cast<uint32_t>(begin);
    if (tag_bytes > 0) std::memset(bytes.Grow(tag_bytes), 0, tag_bytes);
    for (size_t c = 0; c < cells.size(); ++c) {
      if (!cells[c].Put(i, bytes)) bytes.at(begin + c / 8) |= static_cast<char>(1 << c % 8);
    }
    CHECK_LE(bytes.size(), size_t{0xffffffff}) << "the keys of one batch exceed 4 GB";
    out.hashes_[i] = Hash(bytes.From(begin));
  }
  out.offsets_[rows] = static_cast<uint32_t>(bytes.size());
}

void KeyCodec::Decode(std::string_view key, std::span<ColumnBuilder* const> out) const {
  CHECK_EQ(out.size(), types_.size());
  if (types_.size() == 1 && types_[0].fixed_width() > 0) {
    return key.empty() ? out[0]->AppendNull() : GetCell(key, *out[0]);
  }
  std::string_view tags = GetBytes(key, (types_.size() + 7) / 8);
  for (size_t c = 0; c < types_.size(); ++c) {
    if (tags[c / 8] >> c % 8 & 1) {
      out[c]->AppendNull();
    } else {
      GetCell(key, *out[c]);
    }
  }
  CHECK(key.empty()) << "a key that is no key";
}

}  // namespace weir
