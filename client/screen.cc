#include "client/screen.h"

#include <sstream>
#include <utility>

namespace weir {
namespace {

constexpr char kEnter[] = "\x1b[?1049h\x1b[?25l";
constexpr char kLeave[] = "\x1b[?25h\x1b[?1049l";
constexpr char kHome[] = "\x1b[H";
constexpr char kClearLine[] = "\x1b[K";
constexpr char kClearRest[] = "\x1b[J";

// The first `columns` characters of a line.
std::string Cut(const std::string& line, size_t columns) {
  size_t characters = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if ((line[i] & 0xC0) != 0x80 && characters++ == columns) return line.substr(0, i);
  }
  return line;
}

}  // namespace

void Screen::Draw(const std::string& text) {
  const Size size = measure_();
  std::string drawing = (drawn_ ? "" : kEnter) + std::string(kHome);
  std::istringstream lines(text);
  size_t count = 0;
  for (std::string line; count < size.lines && std::getline(lines, line); ++count) {
    drawing += (count > 0 ? "\n" : "") + Cut(line, size.columns) + kClearLine;
  }
  out_ << drawing << kClearRest << std::flush;
  drawn_ = true;
}

void Screen::Leave() {
  if (std::exchange(drawn_, false)) out_ << kLeave << std::flush;
}

}  // namespace weir
