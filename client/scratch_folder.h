#pragma once

#include <memory>
#include <string>

#include "common/base/status.h"

namespace weir {

// A folder for what need not outlive this process: removed when this object is, and when SIGINT,
// SIGTERM or SIGHUP end the process (which is done here, with exit code 128 + signal). Has to be
// made before the process has other threads.
class ScratchFolder {
 public:
  // In TMPDIR or /tmp.
  static StatusOr<std::unique_ptr<ScratchFolder>> Make(const std::string& prefix);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

}  // namespace weir
