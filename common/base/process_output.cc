#include "common/base/process_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace weir {
namespace {

// The last lines of a text.
std::string Last(std::string text, size_t lines) {
  size_t from = text.size();
  while (lines > 0 && from > 0) {
    --lines;
    const size_t end = from > 1 ? text.rfind('\n', from - 2) : text.npos;
    from = end == text.npos ? 0 : end + 1;
  }
  return text.substr(from);
}

}  // namespace

StatusOr<LogSlice> ReadStandardOutput(size_t max_bytes, size_t max_lines, int64_t after) {
  struct stat about {};
  if (fstat(STDOUT_FILENO, &about) != 0 || !S_ISREG(about.st_mode)) {
    return FailedPreconditionError(
        "the standard output of this process is no file, so that nobody keeps it for reading: look "
        "where it goes (a terminal, journalctl, kubectl logs), or start the process with > FILE");
  }
  // Anew: it may be open for writing only.
  const int fd = open("/proc/self/fd/1", O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return FailedPreconditionError("the standard output of this process cannot be read");
  }
  const int64_t size = about.st_size;
  const int64_t most = static_cast<int64_t>(std::min<size_t>(max_bytes, INT64_MAX));
  // One that was cut meanwhile is read from its beginning.
  const int64_t from = after == 0 ? std::max<int64_t>(0, size - most) : after > size ? 0 : after;
  LogSlice slice;
  slice.text.resize(static_cast<size_t>(std::min(most, size - from)));
  const ssize_t read = pread(fd, slice.text.data(), slice.text.size(), from);
  close(fd);
  slice.text.resize(static_cast<size_t>(std::max<ssize_t>(read, 0)));
  slice.next = from + static_cast<int64_t>(slice.text.size());
  if (after == 0) slice.text = Last(std::move(slice.text), max_lines);
  return slice;
}

}  // namespace weir
