#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "connectors/connector.h"

namespace weir {

// A part has a hidden name, ".part-JOB-SUBTASK-ATTEMPT-NUMBER", until a checkpoint that holds its
// rows is complete; then it loses the dot. JOB stands for lineage and sink; numbers count the parts
// of one writer, in whatever folders, from 0.
struct PartName {
  std::string job;
  int64_t attempt = 0;
  int64_t number = 0;
};
std::string HiddenName(const WriterIdentity& id, int64_t number);
// What a hidden name says; nothing for names that are not ours.
std::optional<PartName> ParsePartName(const std::string& name);

// A part being written. Used by one thread at a time: the task's, or the I/O pool's while a Flush
// runs. It may be closed in between.
class PartFile {
 public:
  explicit PartFile(std::string path) : path_(std::move(path)) {}
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::string& path() const { return path_; }
  int64_t size() const { return size_; }
  bool is_open() const { return descriptor_ >= 0; }

  // Makes the file and its folders, the first time.
  Status Open();
  Status Close();
  Status Append(std::string_view text);
  // Opens it where it is closed; syncs and closes it.
  Status Seal();

 private:
  const std::string path_;
  int descriptor_ = -1;
  int64_t size_ = 0;
  bool made_ = false;
};

// Keeps open what is written to, and not more files than `most`: of a table with folders each may
// get a row at any time.
class OpenParts {
 public:
  explicit OpenParts(size_t most) : most_(most) {}
  // Opens the part, and closes the one that was not used for longest.
  Status Use(const std::shared_ptr<PartFile>& part);
  // Others close them from now on.
  void Release() { open_.clear(); }

 private:
  const size_t most_;
  std::list<std::shared_ptr<PartFile>> open_;  // used last: first
};

Status SyncFolder(const std::string& folder);

}  // namespace weir
