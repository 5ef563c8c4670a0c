#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace weir {

// Zeroed memory for tables. Large blocks come from the system by themselves, on huge pages where
// it grants them: a table of millions of keys is read at random, and small pages would miss the
// TLB each time. Untouched pages cost nothing.
class PageMemory {
 public:
  PageMemory() = default;
  explicit PageMemory(size_t size);
  PageMemory(PageMemory&& other) noexcept { swap(other); }
  PageMemory& operator=(PageMemory&& other) noexcept {
    swap(other);
    return *this;
  }
  ~PageMemory();
  char* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  void swap(PageMemory& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(mapped_, other.mapped_);
  }

  char* data_ = nullptr;
  size_t size_ = 0;
  bool mapped_ = false;
};

// Byte strings that live until the arena goes; nothing is freed one by one.
class ByteArena {
 public:
  const char* Store(std::string_view bytes);
  size_t stored() const { return stored_; }  // bytes handed out, dead ones included

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* at_ = nullptr;
  size_t left_ = 0;
  size_t next_block_ = 1024;
  size_t stored_ = 0;
};

}  // namespace weir
