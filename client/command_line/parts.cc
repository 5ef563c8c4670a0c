#include "client/command_line/parts.h"

#include <CLI/CLI.hpp>

namespace weir {
namespace {

// key=value, as --set has it.
std::string CheckSetting(const std::string& text) {
  size_t at = text.find('=');
  if (at != std::string::npos && at > 0) return "";
  return "'" + text + "' is not KEY=VALUE";
}

}  // namespace

const std::map<std::string, OutputFormat> kRowFormats = {{"table", OutputFormat::kTable},
                                                         {"changelog", OutputFormat::kChangelog},
                                                         {"json", OutputFormat::kJson}};
const std::map<std::string, OutputFormat> kTextFormats = {{"table", OutputFormat::kTable},
                                                          {"json", OutputFormat::kJson}};

std::map<std::string, std::string> Settings(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> settings;
  for (const std::string& text : texts) {
    size_t at = text.find('=');
    settings[text.substr(0, at)] = text.substr(at + 1);
  }
  return settings;
}

void AddSettings(CLI::App* command, std::vector<std::string>* settings, const std::string& help) {
  command->add_option("--set", *settings, help)
      ->type_name("KEY=VALUE")
      ->check(CLI::Validator(CheckSetting, ""))
      ->allow_extra_args(false);
}

CLI::Option* AddFile(CLI::App* command, std::string* file) {
  return command->add_option("-f,--file", *file, "the SQL script; - is standard input")
      ->type_name("FILE");
}

void AddJobManager(CLI::App* command, const Arguments* arguments, std::string* address) {
  *address = arguments->configured_jobmanager;
  command->add_option("--jobmanager", *address, "where the job manager is")
      ->type_name("HOST:PORT")
      ->capture_default_str();
}

void AddOutput(CLI::App* command, OutputFormat* output,
               const std::map<std::string, OutputFormat>& formats, const std::string& help) {
  std::string names;
  for (const auto& [name, format] : formats) names += (names.empty() ? "" : "|") + name;
  command->add_option("--output", *output, help)
      ->type_name(names)
      ->transform(CLI::CheckedTransformer(formats).description(""));
}

}  // namespace weir
