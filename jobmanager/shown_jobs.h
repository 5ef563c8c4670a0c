#pragma once

#include <string>
#include <vector>

#include "proto/control.pb.h"

namespace weir {

// What SHOW JOBS answers wherever it is asked: Flink's columns, behind them how a job goes.
std::vector<std::string> ShownJobColumns();
// One cell for each of them.
std::vector<std::string> ShownJob(const rpc::JobSummary& job);

}  // namespace weir
