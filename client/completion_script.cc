#include "client/completion_script.h"

#include <algorithm>

namespace weir {
namespace {

// Within single quotes.
std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// The words that follow `path` directly: commands below it.
std::vector<const CommandWords*> Below(const std::string& path,
                                       const std::vector<CommandWords>& commands) {
  std::vector<const CommandWords*> below;
  const std::string prefix = path.empty() ? "" : path + " ";
  for (const CommandWords& command : commands) {
    const bool deeper = !command.path.empty() && command.path.starts_with(prefix) &&
                        command.path.find(' ', prefix.size()) == std::string::npos;
    if (deeper && command.path != path) below.push_back(&command);
  }
  return below;
}

std::string LastWord(const std::string& path) { return path.substr(path.rfind(' ') + 1); }

// bash asks with the words so far; zsh runs the same function by its emulation of bash.
std::string BashScript(const std::vector<CommandWords>& commands) {
  std::string text =
      "_weir() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path='' word\n"
      "  for word in \"${COMP_WORDS[@]:1:$((COMP_CWORD-1))}\"; do\n"
      "    case \"$path${path:+ }$word\" in\n";
  std::vector<std::string> paths;
  for (const CommandWords& command : commands) {
    if (!command.path.empty()) paths.push_back(Quoted(command.path));
  }
  for (const std::string& path : paths) text += "      " + path + ") path=" + path + " ;;\n";
  text += "    esac\n  done\n  case \"$path $prev\" in\n";
  for (const CommandWords& command : commands) {
    for (const CommandWords::Option& option : command.options) {
      std::string answer;
      if (option.takes_file) answer = "COMPREPLY=($(compgen -f -- \"$cur\"))";
      if (!option.values.empty()) {
        answer = "COMPREPLY=($(compgen -W " + Quoted(Join(option.values)) + " -- \"$cur\"))";
      }
      if (answer.empty()) continue;
      text += "    " + Quoted(command.path + " " + option.name);
      if (!option.short_name.empty()) text += "|" + Quoted(command.path + " " + option.short_name);
      text += ") " + answer + "; return ;;\n";
    }
  }
  text += "  esac\n  case \"$path\" in\n";
  for (const CommandWords& command : commands) {
    std::vector<std::string> words;
    for (const CommandWords* below : Below(command.path, commands)) {
      words.push_back(LastWord(below->path));
    }
    for (const CommandWords::Option& option : command.options) words.push_back(option.name);
    text += "    " + Quoted(command.path) + ") COMPREPLY=($(compgen -W " + Quoted(Join(words)) +
            " -- \"$cur\")) ;;\n";
  }
  return text + "  esac\n}\ncomplete -F _weir weir\n";
}

std::string FishScript(const std::vector<CommandWords>& commands) {
  std::string paths;
  for (const CommandWords& command : commands) {
    if (!command.path.empty()) paths += " " + Quoted(command.path);
  }
  // Whether the words before the cursor make this command, and none below it: as bash finds it.
  std::string text =
      "function __weir_at\n"
      "  set -l path ''\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    set -l longer (string trim -- \"$path $word\")\n"
      "    contains -- $longer" +
      paths +
      "; and set path $longer\n"
      "  end\n"
      "  test \"$path\" = \"$argv\"\n"
      "end\n"
      "complete -c weir -f\n";
  for (const CommandWords& command : commands) {
    const std::string here = "__weir_at" + (command.path.empty() ? "" : " " + command.path);
    const std::string when = "complete -c weir -n " + Quoted(here);
    for (const CommandWords* below : Below(command.path, commands)) {
      text += when + " -a " + Quoted(LastWord(below->path)) + " -d " + Quoted(below->help) + "\n";
    }
    for (const CommandWords::Option& option : command.options) {
      text += when + " -l " + Quoted(option.name.substr(2));
      if (!option.short_name.empty()) text += " -s " + option.short_name.substr(1);
      text += " -d " + Quoted(option.help);
      if (option.takes_file) text += " -r -F";
      if (!option.values.empty()) text += " -x -a " + Quoted(Join(option.values));
      text += "\n";
    }
  }
  return text;
}

}  // namespace

std::string CompletionScript(const std::string& shell, const std::vector<CommandWords>& commands) {
  if (shell == "fish") return FishScript(commands);
  const std::string bash = BashScript(commands);
  if (shell == "bash") return bash;
  return "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash;
}

}  // namespace weir
