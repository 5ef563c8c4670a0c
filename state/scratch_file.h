#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/fs/file_system.h"

namespace weir {

// A nameless file on a local disk, for what does not fit memory: it goes with its last user, also
// when the process is killed. Written by one thread, read by any.
class ScratchFile : public std::enable_shared_from_this<ScratchFile> {
 public:
  // `dir` is made if it is not there.
  static StatusOr<std::shared_ptr<ScratchFile>> Make(const std::string& dir);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  Status Append(std::string_view bytes);
  uint64_t size() const { return size_; }
  // Bytes that were written, as a file. It keeps this one.
  std::unique_ptr<ReadableFile> View(uint64_t offset, uint64_t size);

 private:
  class Window;
  ScratchFile(int fd, std::string dir) : fd_(fd), dir_(std::move(dir)) {}

  const int fd_;
  const std::string dir_;
  uint64_t size_ = 0;
};

}  // namespace weir
