#include "state/scratch_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace weir {
namespace {

Status FromErrno(int error, const std::string& what) {
  const std::string text = what + ": " + std::strerror(error);
  if (error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE) {
    return ResourceExhaustedError(text);
  }
  return UnavailableError(text);
}

}  // namespace

class ScratchFile::Window : public ReadableFile {
 public:
  Window(std::shared_ptr<ScratchFile> file, uint64_t offset, uint64_t size)
      : file_(std::move(file)), offset_(offset), size_(size) {}
  StatusOr<uint64_t> Size() override { return uint64_t{size_}; }
  StatusOr<size_t> ReadAt(uint64_t offset, char* out, size_t size) override {
    if (offset >= size_) return size_t{0};
    size = std::min<uint64_t>(size, size_ - offset);
    for (size_t done = 0; done < size;) {
      const ssize_t got =
          pread(file_->fd_, out + done, size - done, static_cast<off_t>(offset_ + offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return FromErrno(errno, "reading a scratch file in " + file_->dir_);
      if (got == 0) return DataLossError("a scratch file in " + file_->dir_ + " is too short");
      done += static_cast<size_t>(got);
    }
    return size;
  }

 private:
  const std::shared_ptr<ScratchFile> file_;
  const uint64_t offset_, size_;
};

StatusOr<std::shared_ptr<ScratchFile>> ScratchFile::Make(const std::string& dir) {
  std::error_code ignored;  // mkostemp says it
  std::filesystem::create_directories(dir, ignored);
  std::string path = dir + "/changes-XXXXXX";
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) return FromErrno(errno, "making a scratch file in " + dir);
  unlink(path.c_str());
  return std::shared_ptr<ScratchFile>(new ScratchFile(fd, dir));
}

ScratchFile::~ScratchFile() { close(fd_); }

Status ScratchFile::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return FromErrno(errno, "writing a scratch file in " + dir_);
    bytes.remove_prefix(static_cast<size_t>(put));
    size_ += static_cast<uint64_t>(put);
  }
  return OkStatus();
}

std::unique_ptr<ReadableFile> ScratchFile::View(uint64_t offset, uint64_t size) {
  return std::make_unique<Window>(shared_from_this(), offset, size);
}

}  // namespace weir
