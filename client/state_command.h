#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/cluster_commands.h"

namespace weir {

struct StateCommand {
  ClusterCommand cluster;
  std::string job;
  std::string oper;                             // its uid or the beginning of it; empty: list them
  std::optional<std::vector<std::string>> key;  // a cell per column; none: every key
  int limit = 100;                              // rows
};

// What the operators of a running job keep: which tables there are, or rows of one operator's.
int ShowState(const StateCommand& command);

}  // namespace weir
