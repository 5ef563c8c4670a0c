#pragma once

#include <memory>
#include <string>

#include "common/base/status.h"

namespace weir {

// A folder for what need not outlive this process: removed when this object is.
class ScratchFolder {
 public:
  // In `parent`, which exists; empty: in TMPDIR or /tmp.
  static StatusOr<std::unique_ptr<ScratchFolder>> Make(const std::string& prefix,
                                                       const std::string& parent = "");
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  // Also removed when SIGINT, SIGTERM or SIGHUP end the process, which from now on is done here,
  // with exit code 128 + signal. Has to be called before the process has other threads.
  void RemoveOnSignal() const;

  const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

}  // namespace weir
