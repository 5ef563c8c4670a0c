#pragma once

#include <memory>
#include <string>

#include "client/local.h"
#include "client/local_cluster.h"
#include "tests/sql/held_source.h"

namespace weir {

// A cluster in this process whose jobs can be stopped in the middle of their input.
class StoppingCluster {
 public:
  static StatusOr<std::unique_ptr<StoppingCluster>> Start(LocalClusterOptions options);

  // Runs the job until each of its sources has given `share` of its rows and stops it there. The
  // savepoint; empty: the job came to its end, having nothing to read.
  StatusOr<std::string> RunToSavepoint(const sql::SessionStatement& statement,
                                       const sql::StatementResult& planned, double share,
                                       ResultPrinter& printer);
  // From the savepoint to the job's end.
  Status Resume(const sql::SessionStatement& statement, const sql::StatementResult& planned,
                const std::string& savepoint, ResultPrinter& printer,
                bool allow_non_restored_state = false);

 private:
  std::unique_ptr<SourceHold> hold_;  // of the job that runs to its middle; outlives its tasks
  std::unique_ptr<LocalCluster> cluster_;
};

}  // namespace weir
