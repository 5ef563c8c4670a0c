#include "connectors/filesystem/line_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weir {
namespace {

constexpr size_t kBlock = 256 << 10;
constexpr size_t kLongestLine = 256 << 20;
constexpr size_t kPadding = 64;

Status ReadError(const std::string& what, const std::string& path) {
  std::string message = what + " " + path + ": " + std::strerror(errno);
  if (errno == ENOENT) return NotFoundError(std::move(message));
  if (errno == EACCES) return PermissionDeniedError(std::move(message));
  return UnavailableError(std::move(message));
}

}  // namespace

LineReader::~LineReader() { Close(); }

void LineReader::Close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Status LineReader::Open(const std::string& path, uint64_t offset, int64_t line, LineRules rules) {
  Close();
  path_ = path;
  rules_ = rules;
  begin_ = end_ = scanned_ = 0;
  in_quotes_ = at_end_ = false;
  inner_lines_ = 0;
  read_ = offset_ = offset;
  line_ = line;
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) return ReadError("cannot open", path);
  struct stat status;
  if (::fstat(descriptor_, &status) != 0) return ReadError("cannot read", path);
  if (static_cast<uint64_t>(status.st_size) < offset) {
    return DataLossError("the file " + path + " has " + std::to_string(status.st_size) +
                         " bytes, but reading is to go on at byte " + std::to_string(offset) +
                         ": it was cut or replaced");
  }
  return OkStatus();
}

Status LineReader::Fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    scanned_ -= begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ > kLongestLine) {
    return InvalidArgumentError("the line " + std::to_string(line_) + " of " + path_ +
                                " is longer than 256 MB");
  }
  if (buffer_.size() < end_ + kBlock + kPadding) buffer_.resize(end_ + kBlock + kPadding);
  ssize_t n;
  do {
    n = ::pread(descriptor_, buffer_.data() + end_, kBlock, static_cast<off_t>(read_));
  } while (n < 0 && errno == EINTR);
  if (n < 0) return ReadError("cannot read", path_);
  if (n == 0) at_end_ = true;
  end_ += static_cast<size_t>(n);
  read_ += static_cast<uint64_t>(n);
  return OkStatus();
}

size_t LineReader::FindEnd() {
  while (scanned_ < end_) {
    const char* from = buffer_.data() + scanned_;
    auto* newline = static_cast<const char*>(std::memchr(from, '\n', end_ - scanned_));
    size_t stop = newline ? static_cast<size_t>(newline - buffer_.data()) : end_;
    if (rules_.quote != 0) {
      for (size_t i = scanned_; i < stop; ++i) in_quotes_ ^= buffer_[i] == rules_.quote;
    }
    scanned_ = stop + (newline ? 1 : 0);
    if (newline && !in_quotes_) return stop;
    if (newline) ++inner_lines_;
  }
  return std::string::npos;
}

Status LineReader::Next(size_t most, std::vector<std::string_view>& lines,
                        std::vector<int64_t>& numbers) {
  size_t first = lines.size();
  while (lines.size() - first < most) {
    size_t stop = FindEnd();
    size_t past = stop + 1;
    if (stop == std::string::npos) {
      if (!at_end_) {
        // Views of this call must stay: what is left of the block comes with the next one.
        if (lines.size() > first) break;
        RETURN_IF_ERROR(Fill());
        continue;
      }
      if (begin_ == end_) break;
      stop = past = end_;  // the last line, without a line end
    }
    size_t size = stop - begin_;
    if (size > 0 && buffer_[begin_ + size - 1] == '\r') --size;
    if (size > 0 || rules_.keep_empty) {
      lines.emplace_back(buffer_.data() + begin_, size);
      numbers.push_back(line_);
    }
    offset_ += past - begin_;
    line_ += 1 + inner_lines_;
    inner_lines_ = 0;
    in_quotes_ = false;
    begin_ = past;
  }
  return OkStatus();
}

}  // namespace weir
