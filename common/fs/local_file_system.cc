#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "common/base/failpoint.h"
#include "common/fs/file_system.h"

namespace weir {
namespace {

Status SystemError(const char* operation, const std::string& path, int error) {
  std::string text = std::string(operation) + " " + path + ": " + std::strerror(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return NotFoundError(std::move(text));
    case EEXIST:
    case ENOTEMPTY:
      return AlreadyExistsError(std::move(text));
    case EACCES:
    case EPERM:
    case EROFS:
      return PermissionDeniedError(std::move(text));
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return ResourceExhaustedError(std::move(text));
    default:
      return UnavailableError(std::move(text));
  }
}

// Repeats what a signal interrupted.
template <class F>
auto Retry(F f) {
  auto result = f();
  while (result < 0 && errno == EINTR) result = f();
  return result;
}

// close() is not repeated: on Linux the descriptor is gone even when it reports EINTR.
Status CloseDescriptor(int fd, const std::string& path) {
  if (::close(fd) != 0 && errno != EINTR) return SystemError("close", path, errno);
  return OkStatus();
}

class LocalWritableFile : public WritableFile {
 public:
  LocalWritableFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~LocalWritableFile() override {
    if (fd_ >= 0) ::close(fd_);
  }

  Status Append(std::string_view bytes) override {
    CHECK(fd_ >= 0) << path_ << " is closed";
    RETURN_IF_ERROR(Failpoint("file-write"));
    while (!bytes.empty()) {
      ssize_t n = Retry([&] { return ::write(fd_, bytes.data(), bytes.size()); });
      if (n < 0) return SystemError("write", path_, errno);
      if (n == 0) return SystemError("write", path_, ENOSPC);
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return OkStatus();
  }

  Status Sync() override {
    CHECK(fd_ >= 0) << path_ << " is closed";
    RETURN_IF_ERROR(Failpoint("file-sync"));
    if (Retry([&] { return ::fsync(fd_); }) != 0) return SystemError("sync", path_, errno);
    return OkStatus();
  }

  Status Close() override {
    int fd = std::exchange(fd_, -1);
    return fd < 0 ? OkStatus() : CloseDescriptor(fd, path_);
  }

 private:
  int fd_;
  std::string path_;
};

class LocalReadableFile : public ReadableFile {
 public:
  LocalReadableFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~LocalReadableFile() override { ::close(fd_); }

  StatusOr<uint64_t> Size() override {
    struct stat info;
    if (::fstat(fd_, &info) != 0) return SystemError("stat", path_, errno);
    if (!S_ISREG(info.st_mode)) return InvalidArgumentError("open " + path_ + ": not a file");
    return static_cast<uint64_t>(info.st_size);
  }

  StatusOr<size_t> ReadAt(uint64_t offset, char* out, size_t size) override {
    RETURN_IF_ERROR(Failpoint("file-read"));
    size_t done = 0;
    while (done < size) {
      ssize_t n = Retry(
          [&] { return ::pread(fd_, out + done, size - done, static_cast<off_t>(offset + done)); });
      if (n < 0) return SystemError("read", path_, errno);
      if (n == 0) break;
      done += static_cast<size_t>(n);
    }
    return done;
  }

 private:
  int fd_;
  std::string path_;
};

class LocalFileSystem : public FileSystem {
 public:
  StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) override {
    RETURN_IF_ERROR(Failpoint("file-create"));
    int fd =
        Retry([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644); });
    if (fd < 0) return SystemError("create", path, errno);
    return std::make_unique<LocalWritableFile>(fd, path);
  }

  StatusOr<std::unique_ptr<ReadableFile>> Open(const std::string& path) override {
    RETURN_IF_ERROR(Failpoint("file-open"));
    int fd = Retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
    if (fd < 0) return SystemError("open", path, errno);
    return std::make_unique<LocalReadableFile>(fd, path);
  }

  Status Rename(const std::string& from, const std::string& to) override {
    RETURN_IF_ERROR(Failpoint("file-rename"));
    if (::rename(from.c_str(), to.c_str()) != 0) {
      return SystemError("rename", from + " to " + to, errno);
    }
    return Failpoint("file-renamed");
  }

  Status Remove(const std::string& path) override {
    RETURN_IF_ERROR(Failpoint("file-remove"));
    if (::remove(path.c_str()) != 0) return SystemError("remove", path, errno);
    return OkStatus();
  }

  StatusOr<std::vector<std::string>> List(const std::string& dir) override {
    DIR* handle = ::opendir(dir.c_str());
    if (handle == nullptr) return SystemError("list", dir, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(handle)) {
      std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(std::move(name));
      errno = 0;
    }
    int error = errno;
    ::closedir(handle);
    if (error != 0) return SystemError("list", dir, error);
    std::sort(names.begin(), names.end());
    return names;
  }

  Status MakeDirs(const std::string& dir) override {
    for (size_t at = 1; at <= dir.size(); ++at) {
      if (at < dir.size() && dir[at] != '/') continue;
      std::string part = dir.substr(0, at);
      if (::mkdir(part.c_str(), 0755) == 0) {
        // Its own name must survive too, or all that is made inside is lost with it.
        size_t slash = part.rfind('/');
        RETURN_IF_ERROR(SyncDir(slash == std::string::npos ? "." : part.substr(0, slash + 1)));
        continue;
      }
      if (int error = errno; error != EEXIST) {
        // A parent that may not be written (or a read-only root) may still be there already.
        struct stat info;
        if (::stat(part.c_str(), &info) != 0) return SystemError("make folder", part, error);
      }
    }
    struct stat info;
    if (::stat(dir.c_str(), &info) != 0) return SystemError("make folder", dir, errno);
    if (!S_ISDIR(info.st_mode)) {
      return AlreadyExistsError("make folder " + dir + ": there is a file of this name");
    }
    return OkStatus();
  }

  Status SyncDir(const std::string& dir) override {
    RETURN_IF_ERROR(Failpoint("folder-sync"));
    int fd = Retry([&] { return ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (fd < 0) return SystemError("open", dir, errno);
    int error = Retry([&] { return ::fsync(fd); }) == 0 ? 0 : errno;
    Status closed = CloseDescriptor(fd, dir);
    // File systems that cannot sync a folder say EINVAL; there is nothing else to ask them for.
    if (error != 0 && error != EINVAL) return SystemError("sync", dir, error);
    return closed;
  }
};

}  // namespace

std::shared_ptr<FileSystem> FileSystem::Local() {
  static const auto instance = std::make_shared<LocalFileSystem>();
  return instance;
}

}  // namespace weir
