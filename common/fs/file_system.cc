#include "common/fs/file_system.h"

#include "common/base/planted_bug.h"

namespace weir {

StatusOr<std::string> FileSystem::ReadWhole(const std::string& path, uint64_t max_size) {
  ASSIGN_OR_RETURN(std::unique_ptr<ReadableFile> file, Open(path));
  ASSIGN_OR_RETURN(uint64_t size, file->Size());
  if (size > max_size) {
    return ResourceExhaustedError("read " + path + ": " + std::to_string(size) +
                                  " bytes, the limit is " + std::to_string(max_size));
  }
  std::string bytes(size, '\0');
  ASSIGN_OR_RETURN(size_t got, file->ReadAt(0, bytes.data(), bytes.size()));
  bytes.resize(got);
  return bytes;
}

Status FileSystem::WriteAtomically(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  ASSIGN_OR_RETURN(std::unique_ptr<WritableFile> file, Create(temporary));
  RETURN_IF_ERROR(file->Append(bytes));
  if (!Planted("renamed-before-synced")) RETURN_IF_ERROR(file->Sync());
  RETURN_IF_ERROR(file->Close());
  RETURN_IF_ERROR(Rename(temporary, path));
  size_t slash = path.rfind('/');
  return SyncDir(slash == std::string::npos ? "." : path.substr(0, slash));
}

}  // namespace weir
