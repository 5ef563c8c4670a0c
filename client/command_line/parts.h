#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/command_line/arguments.h"

// What several commands have in common.

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace weir {

extern const std::map<std::string, OutputFormat> kRowFormats;   // table, changelog, json
extern const std::map<std::string, OutputFormat> kTextFormats;  // table, json

// --set KEY=VALUE, and what it said.
void AddSettings(CLI::App* command, std::vector<std::string>* settings, const std::string& help);
std::map<std::string, std::string> Settings(const std::vector<std::string>& texts);

CLI::Option* AddFile(CLI::App* command, std::string* file);
void AddJobManager(CLI::App* command, const Arguments* arguments, std::string* address);
void AddOutput(CLI::App* command, OutputFormat* output,
               const std::map<std::string, OutputFormat>& formats, const std::string& help);

}  // namespace weir
