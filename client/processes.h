#pragma once

#include <map>
#include <string>

#include "client/result_printer.h"
#include "common/base/status.h"
#include "common/config/configuration.h"

// The processes of a cluster, made of what is configured. Have to be called before the process has
// other threads.

namespace weir {

// `job_settings`: defaults of all jobs, over those of the configuration.
Status RunJobManagerProcess(const Configuration& configuration,
                            std::map<std::string, std::string> job_settings);
Status RunTaskManagerProcess(const Configuration& configuration);

// Makes a token for the REST interface: it is printed, its hash goes into a new file. Returns the
// process' exit code.
int CreateToken(const std::string& file, OutputFormat output);

}  // namespace weir
