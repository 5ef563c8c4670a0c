#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/fs/file_system.h"

namespace weir {

// A file system in memory whose machine can lose its power, for tests and the simulation. What was
// not synced may be lost, in part or whole: the end of a file, a new name, a rename, a removal.
// Thread-safe.
class SimulatedFileSystem : public FileSystem,
                            public std::enable_shared_from_this<SimulatedFileSystem> {
 public:
  // Called before each operation that changes something, with what and where ("sync job/x");
  // a status that is not ok is the operation's result, and nothing happens but for a write, of
  // which the first half does.
  using Hook = std::function<Status(const std::string& operation)>;
  void SetHook(Hook hook);

  // Power off and on. Each thing that was not synced survives or not, as the bits of `seed` say.
  // Files that were open fail from then on.
  void Crash(uint64_t seed);
  // Replaces a file's bytes, synced: damage.
  void Overwrite(const std::string& path, std::string bytes);
  // All files, sorted.
  std::vector<std::string> Files() const;

  StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) override;
  StatusOr<std::unique_ptr<ReadableFile>> Open(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  StatusOr<std::vector<std::string>> List(const std::string& dir) override;
  Status MakeDirs(const std::string& dir) override;
  Status SyncDir(const std::string& dir) override;

 private:
  struct Inode {
    bool folder = false;
    std::string bytes;
    std::string synced;  // what survives for certain; a prefix of `bytes` unless truncated
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;
  class Writer;
  class Reader;

  Status Before(const std::string& operation);

  mutable std::mutex mutex_;
  Names names_;    // as everybody sees them
  Names durable_;  // as they survive for certain
  uint64_t boot_ = 0;
  Hook hook_;
};

}  // namespace weir
