#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// The fixed-width value of a keyed table: named fields, each a number of bytes or a byte string.

enum class SlotFieldKind : uint8_t {
  kFixed,  // `width` bytes, zeroed when new
  kBytes,  // a SlotBytes: pointer and length into the table's arena; empty when new
};

struct SlotField {
  std::string name;  // stable: state is migrated by it
  SlotFieldKind kind = SlotFieldKind::kFixed;
  uint32_t width = 8;  // 1, 2, 4, 8 or 16; ignored for kBytes (16)
};

// Owns the bytes of kBytes fields; belongs to a table.
class SlotArena {
 public:
  virtual ~SlotArena() = default;
  // A copy of `bytes` that lives as long as the slot's table.
  virtual const char* Store(std::string_view bytes) = 0;
};

struct SlotBytes {
  const char* data;
  uint64_t size;
};

// A borrowed accumulator: valid until the batch for which it was resolved ends.
struct Slot {
  char* data = nullptr;
  SlotArena* arena = nullptr;

  template <class T>
  T Get(uint32_t offset) const {
    T value;
    std::memcpy(&value, data + offset, sizeof(T));
    return value;
  }
  template <class T>
  void Set(uint32_t offset, T value) const {
    std::memcpy(data + offset, &value, sizeof(T));
  }
  std::string_view GetBytes(uint32_t offset) const {
    SlotBytes bytes = Get<SlotBytes>(offset);
    return {bytes.data, bytes.size};
  }
  void SetBytes(uint32_t offset, std::string_view value) const {
    Set(offset, SlotBytes{arena->Store(value), value.size()});
  }
};

// Fields laid out one after the other, each aligned to its width (16 at most).
class SlotLayout {
 public:
  SlotLayout() = default;
  explicit SlotLayout(std::vector<SlotField> fields) : fields_(std::move(fields)) {
    uint32_t at = 0;
    for (SlotField& field : fields_) {
      if (field.kind == SlotFieldKind::kBytes) field.width = sizeof(SlotBytes);
      uint32_t align = field.width < 8 ? field.width : 8;
      at = (at + align - 1) / align * align;
      offsets_.push_back(at);
      at += field.width;
    }
    width_ = (at + 7) / 8 * 8;
  }
  const std::vector<SlotField>& fields() const { return fields_; }
  uint32_t offset(size_t i) const { return offsets_[i]; }
  uint32_t width() const { return width_; }  // a multiple of 8
  bool has_bytes() const {
    for (const SlotField& field : fields_) {
      if (field.kind == SlotFieldKind::kBytes) return true;
    }
    return false;
  }

 private:
  std::vector<SlotField> fields_;
  std::vector<uint32_t> offsets_;
  uint32_t width_ = 0;
};

}  // namespace weir
