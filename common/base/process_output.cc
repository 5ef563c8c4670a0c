#include "common/base/process_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace weir {

std::string ReadStandardOutput(size_t max_bytes) {
  struct stat about {};
  if (fstat(STDOUT_FILENO, &about) != 0 || !S_ISREG(about.st_mode)) {
    return "The standard output of this process is not a file: it is not kept.\n";
  }
  // Anew: it may be open for writing only.
  const int fd = open("/proc/self/fd/1", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return "The standard output of this process cannot be read.\n";
  const auto size = static_cast<size_t>(about.st_size);
  std::string text(std::min(size, max_bytes), '\0');
  const ssize_t read = pread(fd, text.data(), text.size(), static_cast<off_t>(size - text.size()));
  close(fd);
  text.resize(static_cast<size_t>(std::max<ssize_t>(read, 0)));
  return text;
}

}  // namespace weir
