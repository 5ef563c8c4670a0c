#pragma once

#include <map>
#include <string>

#include "client/result_printer.h"

namespace weir {

struct LocalCommand {
  std::string file;  // "-": standard input
  OutputFormat output = OutputFormat::kTable;
  int parallelism = 1;
  std::map<std::string, std::string> config;  // --set
};

// Runs a script in this process, statement by statement; each job to its end before the next.
// Answers go to standard output, errors and notes to standard error. A syntax error is found
// before anything runs, the first failing statement ends the script; with `changelog`, which is for
// comparing answers, a failing statement is part of the answer and the next one runs.
// Returns the process' exit code. Has to be called before the process has other threads.
int RunLocal(const LocalCommand& command);

}  // namespace weir
