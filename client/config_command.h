#pragma once

#include <string>

#include "client/result_printer.h"
#include "common/base/status.h"
#include "common/config/configuration.h"

namespace weir {

// What the file says (empty: none), over it the environment.
StatusOr<Configuration> LoadConfiguration(const std::string& file);
// The file that the environment names; empty: none.
std::string ConfigurationFile();

// HOST:PORT of jobmanager.rpc.address; where that has no port, jobmanager.rpc.port is one.
std::string JobManagerAddress(const Configuration& configuration);

struct ConfigCommand {
  std::string file;
  std::string key;  // all that is known of one option; empty: every option's value
  OutputFormat output = OutputFormat::kTable;
  bool markdown = false;  // docs/configuration.md, whatever is configured
};

// Returns the process' exit code.
int ShowConfiguration(const ConfigCommand& command);

std::string ConfigurationText(const Configuration& configuration);
std::string ConfigurationMarkdown();

}  // namespace weir
