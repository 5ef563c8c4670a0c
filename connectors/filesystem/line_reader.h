#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace weir {

struct LineRules {
  char quote = 0;           // a line end between two of them belongs to the line (CSV); 0: none
  bool keep_empty = false;  // a line of no bytes is a line, too
};

// Reads one file in blocks and cuts it into lines.
class LineReader {
 public:
  LineReader() = default;
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // Begins at byte `offset`, which is the first of line `line` (counted from 1). kDataLoss when the
  // file is shorter than that.
  Status Open(const std::string& path, uint64_t offset, int64_t line, LineRules rules);
  bool is_open() const { return descriptor_ >= 0; }
  void Close();

  // Appends up to `most` lines, without their ends, and the number of each. The
  // views last until the next call and have 64 readable bytes past them. Nothing appended: the end
  // of the file.
  Status Next(size_t most, std::vector<std::string_view>& lines, std::vector<int64_t>& numbers);

  // The first byte and the number of the line after the last one returned.
  uint64_t offset() const { return offset_; }
  int64_t line() const { return line_; }

 private:
  Status Fill();
  // The end of the line that begins at `begin`, before its '\n'; npos when more must be read.
  size_t FindEnd();

  std::string path_;
  int descriptor_ = -1;
  LineRules rules_;
  std::vector<char> buffer_;  // with the padding
  size_t begin_ = 0;          // of what was not returned yet
  size_t end_ = 0;
  size_t scanned_ = 0;  // no line end before this
  bool in_quotes_ = false;
  bool at_end_ = false;
  uint64_t read_ = 0;  // bytes of the file in the buffer or before it
  uint64_t offset_ = 0;
  int64_t line_ = 1;
  int64_t inner_lines_ = 0;  // line ends between quotes in the current line
};

}  // namespace weir
