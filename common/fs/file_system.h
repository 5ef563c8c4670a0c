#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

// The file system as an interface: real disks, and in tests one that tears writes and forgets what
// was not synced. Calls either do all of what they say or fail; interrupted and short system calls
// are repeated inside. Errors name the operation, the path and the cause: kNotFound,
// kAlreadyExists, kPermissionDenied, kResourceExhausted (no space, too many files), else
// kUnavailable.

namespace weir {

class WritableFile {
 public:
  virtual ~WritableFile() = default;  // closes; what was not synced may be lost
  virtual Status Append(std::string_view bytes) = 0;
  virtual Status Sync() = 0;  // the bytes survive a crash of the machine; their name does not yet
  virtual Status Close() = 0;
};

// Thread-safe.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  virtual StatusOr<uint64_t> Size() = 0;
  // Fills `out` from `offset`; less only where the file ends. Returns the number of bytes.
  virtual StatusOr<size_t> ReadAt(uint64_t offset, char* out, size_t size) = 0;
};

// Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // Makes the file, or empties what is there.
  virtual StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) = 0;
  virtual StatusOr<std::unique_ptr<ReadableFile>> Open(const std::string& path) = 0;
  virtual Status Rename(const std::string& from, const std::string& to) = 0;  // replaces `to`
  virtual Status Remove(const std::string& path) = 0;  // a file or an empty folder
  virtual StatusOr<std::vector<std::string>> List(const std::string& dir) = 0;  // names, sorted
  virtual Status MakeDirs(const std::string& dir) = 0;  // with parents; fine if there
  virtual Status SyncDir(const std::string& dir) = 0;   // names made or changed in it survive

  // Refuses files larger than `max_size` (kResourceExhausted).
  StatusOr<std::string> ReadWhole(const std::string& path, uint64_t max_size);
  // Durable when it returns: temporary name, sync, rename, sync of the folder.
  Status WriteAtomically(const std::string& path, std::string_view bytes);

  static std::shared_ptr<FileSystem> Local();
};

}  // namespace weir
