#include "connectors/filesystem/part_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "common/base/failpoint.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

Status SystemError(const std::string& what, const std::string& path) {
  return UnavailableError(what + " " + path + ": " + std::strerror(errno));
}

std::string JobOf(const WriterIdentity& id) {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c : id.lineage + "/" + id.sink_uid) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  char hex[17];
  std::snprintf(hex, sizeof(hex), "%08x", static_cast<unsigned>(hash ^ (hash >> 32)));
  return hex;
}

}  // namespace

std::string HiddenName(const WriterIdentity& id, int64_t number) {
  return ".part-" + JobOf(id) + "-" + std::to_string(id.subtask) + "-" +
         std::to_string(id.attempt) + "-" + std::to_string(number);
}

std::optional<PartName> ParsePartName(const std::string& name) {
  char job[9];
  long long attempt = 0, number = 0;
  int used = 0;
  if (std::sscanf(name.c_str(), ".part-%8[0-9a-f]-%*d-%lld-%lld%n", job, &attempt, &number,
                  &used) != 3 ||
      static_cast<size_t>(used) != name.size()) {
    return std::nullopt;
  }
  return PartName{job, attempt, number};
}

PartFile::~PartFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status PartFile::Open() {
  if (made_) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    return descriptor_ < 0 ? SystemError("cannot open again", path_) : OkStatus();
  }
  RETURN_IF_ERROR(Failpoint("part-create"));
  const std::string folder = fs::path(path_).parent_path().string();
  // A committer removes a folder that it has emptied, maybe just between the two steps.
  for (int tries = 0; tries < 3; ++tries) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error && error != std::errc::no_such_file_or_directory) {
      return PermissionDeniedError("cannot make the folder " + folder + ": " + error.message());
    }
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor_ >= 0 || errno != ENOENT) break;
  }
  made_ = descriptor_ >= 0;
  return made_ ? OkStatus() : SystemError("cannot create", path_);
}

Status PartFile::Close() {
  return ::close(std::exchange(descriptor_, -1)) == 0 ? OkStatus()
                                                      : SystemError("cannot write", path_);
}

Status PartFile::Append(std::string_view text) {
  RETURN_IF_ERROR(Failpoint("part-write"));
  while (!text.empty()) {
    ssize_t n = ::write(descriptor_, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError("cannot write", path_);
    text.remove_prefix(static_cast<size_t>(n));
    size_ += n;
  }
  return OkStatus();
}

Status PartFile::Seal() {
  RETURN_IF_ERROR(Failpoint("part-sync"));
  // Linux reports an error of writing back to who opens the file next, where nobody has seen it.
  if (!is_open()) RETURN_IF_ERROR(Open());
  if (::fsync(descriptor_) != 0) return SystemError("cannot sync", path_);
  return Close();
}

Status OpenParts::Use(const std::shared_ptr<PartFile>& part) {
  auto at = std::find(open_.begin(), open_.end(), part);
  if (at != open_.end()) {
    open_.splice(open_.begin(), open_, at);
    return OkStatus();
  }
  if (open_.size() == most_) {
    RETURN_IF_ERROR(open_.back()->Close());
    open_.pop_back();
  }
  RETURN_IF_ERROR(part->Open());
  open_.push_front(part);
  return OkStatus();
}

Status SyncFolder(const std::string& folder) {
  RETURN_IF_ERROR(Failpoint("part-folder-sync"));
  int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return SystemError("cannot open", folder);
  int result = ::fsync(descriptor);
  ::close(descriptor);
  return result == 0 ? OkStatus() : SystemError("cannot sync", folder);
}

}  // namespace weir
