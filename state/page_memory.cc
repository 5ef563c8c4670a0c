#include "state/page_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "common/base/check.h"

namespace weir {
namespace {

constexpr size_t kMapFrom = 1 << 20;

}  // namespace

PageMemory::PageMemory(size_t size) : size_(size) {
  if (size == 0) return;
  if (size < kMapFrom) {
    size_t rounded = (size + 63) / 64 * 64;
    data_ = static_cast<char*>(std::aligned_alloc(64, rounded));
    CHECK(data_ != nullptr) << "out of memory: " << size << " bytes";
    std::memset(data_, 0, rounded);
    return;
  }
  void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(at != MAP_FAILED) << "out of memory: " << size << " bytes";
  ::madvise(at, size, MADV_HUGEPAGE);
  data_ = static_cast<char*>(at);
  mapped_ = true;
}

PageMemory::~PageMemory() {
  if (mapped_) {
    ::munmap(data_, size_);
  } else {
    std::free(data_);
  }
}

const char* ByteArena::Store(std::string_view bytes) {
  if (bytes.size() > left_) {
    // What is left of the old block is lost: at most a share of what the new one brings.
    size_t size = std::max(next_block_, bytes.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    at_ = blocks_.back().get();
    left_ = size;
    next_block_ = std::min<size_t>(next_block_ * 2, 1 << 18);
  }
  char* to = at_;
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  at_ += bytes.size();
  left_ -= bytes.size();
  stored_ += bytes.size();
  return to;
}

}  // namespace weir
