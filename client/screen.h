#pragma once

#include <ostream>
#include <string>

namespace weir {

// The whole of a terminal, drawn anew as often as one likes; what stood there before comes back
// when it is left.
class Screen {
 public:
  struct Size {
    size_t lines, columns;
  };
  using Measure = Size (*)();

  Screen(std::ostream& out, Measure measure) : out_(out), measure_(measure) {}
  ~Screen() { Leave(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Lines, cut where the terminal ends.
  void Draw(const std::string& text);
  void Leave();
  bool drawn() const { return drawn_; }
  Size size() const { return measure_(); }

 private:
  std::ostream& out_;
  const Measure measure_;
  bool drawn_ = false;
};

}  // namespace weir
