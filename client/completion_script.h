#pragma once

#include <string>
#include <vector>

// Completion of the command line by the user's shell.

namespace weir {

// What may be said after `weir`: a command, its options and those below it.
struct CommandWords {
  std::string path;  // "savepoint inspect"; empty: `weir` itself
  std::string help;  // one line
  struct Option {
    std::string name;  // "--output"
    std::string help;
    std::vector<std::string> values;  // of those that take one of a few
    bool takes_file = false;
    std::string short_name = {};  // "-f"; empty: none
  };
  std::vector<Option> options;
};

// The script that a user's shell reads: source <(weir completion bash). `shell`: bash, zsh or fish.
std::string CompletionScript(const std::string& shell, const std::vector<CommandWords>& commands);

}  // namespace weir
