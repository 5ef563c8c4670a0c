#pragma once

#include <optional>
#include <string>

namespace weir {

// Lines of SQL until they are statements. A statement ends with a semicolon outside of strings and
// comments; a statement set with that of its END.
class StatementBuffer {
 public:
  void AddLine(const std::string& line);
  // The next statement that is whole, without its semicolon.
  std::optional<std::string> Next();
  // What is begun; blanks and comments alone are nothing.
  bool empty() const;
  const std::string& text() const { return text_; }
  void Clear() { text_.clear(); }

 private:
  std::string text_;
};

}  // namespace weir
