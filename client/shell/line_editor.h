#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weir {

// What a completer offers for the word before the cursor, which begins at `begin`.
struct OfferedWords {
  size_t begin = 0;
  std::vector<std::string> words;
};

// Reads lines from standard input: with editing, history and completion where that is a terminal,
// as they come where it is not.
class LineEditor {
 public:
  // The line so far, up to the cursor.
  using Completer = std::function<OfferedWords(const std::string& before)>;
  enum class Outcome { kLine, kInterrupted /* Ctrl-C */, kEnd };

  virtual ~LineEditor() = default;
  virtual Outcome Read(const std::string& prompt, std::string& line) = 0;
  // One more for the arrow keys, and for the next time.
  virtual void Remember(const std::string& entry) = 0;
  virtual bool interactive() const = 0;

  // `history_file` is made, readable by its owner alone; empty: nothing is kept.
  static std::unique_ptr<LineEditor> Make(const std::string& history_file, Completer completer);
};

// The longest beginning that all of them share.
std::string CommonPrefix(const std::vector<std::string>& words);

}  // namespace weir
