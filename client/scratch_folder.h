#pragma once

#include <memory>
#include <string>

#include "common/base/status.h"

namespace weir {

// A folder for what need not outlive this process: removed when this object is. What a process that
// was killed left behind is removed by the next one that makes a folder with the same prefix there:
// the owner of a folder holds a lock on it, which the kernel lets go of with the process.
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
  // Where a report of how the process died is found by the next one, which puts it into its log.
  std::string crash_report() const;

 private:
  ScratchFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  const std::string path_;
  const int lock_;
};

}  // namespace weir
