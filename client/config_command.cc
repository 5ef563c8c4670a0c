#include "client/config_command.h"

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "client/answer.h"
#include "client/table_printer.h"
#include "common/base/nearest_name.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

struct Group {
  OptionScope scope;
  const char* title;
};
constexpr Group kGroups[] = {
    {OptionScope::kJob, "Jobs: SET in a script, --set, or a default in the configuration"},
    {OptionScope::kPrompt, "Prompts: SET in `weir sql` and `weir local`"},
    {OptionScope::kProcess, "`weir jobmanager` and `weir taskmanager`"},
    {OptionScope::kJobManager, "`weir jobmanager`"},
    {OptionScope::kTaskManager, "`weir taskmanager`"},
};

std::string ShownValue(const OptionDeclaration& option, const Configuration::Value* value) {
  if (value == nullptr) return std::string(option.fallback);
  return ShownOption(option.key, value->text);
}

Json ToJson(const OptionDeclaration& option, const Configuration::Value* value) {
  Json json = {{"key", option.key},
               {"value", ShownValue(option, value)},
               {"from", value ? value->from : "default"},
               {"default", option.fallback},
               {"type", TypeText(option)},
               {"description", option.sentence},
               {"environment", EnvironmentName(option.key)}};
  if (!option.flag.empty()) json["flag"] = option.flag;
  if (!option.older_key.empty()) json["older_key"] = option.older_key;
  return json;
}

std::string OneOptionText(const OptionDeclaration& option, const Configuration::Value* value) {
  std::ostringstream out;
  out << option.key << "\n  " << option.sentence << "\n  type         " << TypeText(option)
      << "\n  default      " << (option.fallback.empty() ? "none" : option.fallback)
      << "\n  now          " << ShownValue(option, value) << " ("
      << (value ? value->from : "default") << ")\n  environment  " << EnvironmentName(option.key)
      << "\n";
  if (!option.flag.empty()) out << "  flag         " << option.flag << "\n";
  if (!option.older_key.empty()) out << "  also         " << option.older_key << "\n";
  return out.str();
}

// A cell of a table: a bar would end it.
std::string Cell(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

}  // namespace

std::string ConfigurationFile() {
  const char* file = std::getenv("WEIR_CONFIG");
  return file != nullptr ? file : "";
}

StatusOr<Configuration> LoadConfiguration(const std::string& file) {
  Configuration configuration;
  if (!file.empty()) RETURN_IF_ERROR(configuration.ReadFile(file));
  RETURN_IF_ERROR(
      configuration.ReadEnvironment([](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
      }));
  return configuration;
}

std::string JobManagerAddress(const Configuration& configuration) {
  const auto text = [&](std::string_view key) {
    const Configuration::Value* value = configuration.Find(key);
    return value != nullptr ? value->text : std::string(FindOption(key)->fallback);
  };
  std::string address = text("jobmanager.rpc.address");
  // One file for all: who says the job manager's port there has said where it is.
  if (configuration.Find("jobmanager.rpc.address") == nullptr) address = "localhost";
  return address.find(':') != std::string::npos ? address
                                                : address + ":" + text("jobmanager.rpc.port");
}

std::string ConfigurationText(const Configuration& configuration) {
  std::ostringstream out;
  for (const Group& group : kGroups) {
    out << group.title << "\n";
    TextTable table({{"option"}, {"value"}, {"from"}});
    for (const OptionDeclaration& option : DeclaredOptions()) {
      if (option.scope != group.scope) continue;
      const Configuration::Value* value = configuration.Find(option.key);
      table.Add(
          {std::string(option.key), ShownValue(option, value), value ? value->from : "default"});
    }
    table.Finish(out);
    out << "\n";
  }
  out << "`weir config KEY` tells what an option means.\n";
  return out.str();
}

std::string ConfigurationMarkdown() {
  std::ostringstream out;
  out << "# Configuration\n\n"
         "Made by `weir config --markdown`; a test compares. A value is taken from the flag, else "
         "from the "
         "environment, else from the YAML file that\n`--config` or `WEIR_CONFIG` names, else it is "
         "the "
         "default. The variable of an option is `WEIR_` and its key in capitals, with `_` for all "
         "but\n"
         "letters and digits: `WEIR_TASKMANAGER_DATA_PORT`. Keys in the file are nested or have "
         "dots; "
         "keys that Weir does not know are noted and left alone, so that\na file of Flink can be "
         "used. A "
         "script overrides what is said of jobs.\n";
  for (const Group& group : kGroups) {
    out << "\n## " << group.title << "\n\n| option | type | default | |\n|---|---|---|---|\n";
    for (const OptionDeclaration& option : DeclaredOptions()) {
      if (option.scope != group.scope) continue;
      out << "| `" << option.key << "`";
      if (!option.flag.empty()) out << "<br>`" << option.flag << "`";
      if (!option.older_key.empty()) out << "<br>also `" << option.older_key << "`";
      out << " | " << Cell(TypeText(option)) << " | " << Cell(option.fallback) << " | "
          << Cell(option.sentence) << " |\n";
    }
  }
  return out.str();
}

int ShowConfiguration(const ConfigCommand& command) {
  if (command.markdown) {
    std::cout << ConfigurationMarkdown();
    return 0;
  }
  StatusOr<Configuration> configuration = LoadConfiguration(command.file);
  if (!configuration.ok()) return Fail(configuration.status());
  for (const std::string& note : configuration->notes()) std::cerr << "note: " << note << std::endl;
  const bool json = command.output == OutputFormat::kJson;
  if (!command.key.empty()) {
    const OptionDeclaration* option = FindOption(command.key);
    if (option == nullptr) {
      return Fail(NotFoundError("there is no option '" + command.key + "'" +
                                DidYouMean(command.key, DeclaredKeys())));
    }
    const Configuration::Value* value = configuration->Find(option->key);
    if (json) {
      PrintJson(ToJson(*option, value));
    } else {
      std::cout << OneOptionText(*option, value);
    }
    return 0;
  }
  if (!json) {
    std::cout << ConfigurationText(*configuration);
    return 0;
  }
  Json options = Json::array();
  for (const OptionDeclaration& option : DeclaredOptions()) {
    options.push_back(ToJson(option, configuration->Find(option.key)));
  }
  PrintJson(options);
  return 0;
}

}  // namespace weir
