#include "tests/sql/stopping_cluster.h"

#include <thread>
#include <utility>

namespace weir {

StatusOr<std::unique_ptr<StoppingCluster>> StoppingCluster::Start(LocalClusterOptions options) {
  auto cluster = std::make_unique<StoppingCluster>();
  options.make_operator = [made = cluster.get()](const plan::OperatorNode& node) {
    return made->hold_ != nullptr ? made->hold_->MakeOperator(node) : MakeOperator(node);
  };
  ASSIGN_OR_RETURN(cluster->cluster_, LocalCluster::Start(options));
  return cluster;
}

StatusOr<std::string> StoppingCluster::RunToSavepoint(const sql::SessionStatement& statement,
                                                      const sql::StatementResult& planned,
                                                      double share, ResultPrinter& printer) {
  hold_ = std::make_unique<SourceHold>(*planned.job, share);
  ASSIGN_OR_RETURN(const std::string id, cluster_->Submit(MakeJob(statement, planned)));
  std::thread stopper([&] {
    // It may be over by now, having failed.
    if (hold_->Wait()) (void)cluster_->Stop(id);
  });
  const Status status = FollowJob(*cluster_, id, planned, printer);
  hold_->Abandon();
  stopper.join();
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(cluster_->Wait(id));  // its rows are read before its end is on record
  hold_.reset();
  return cluster_->SavepointOf(id);
}

Status StoppingCluster::Resume(const sql::SessionStatement& statement,
                               const sql::StatementResult& planned, const std::string& savepoint,
                               ResultPrinter& printer, bool allow_non_restored_state) {
  ASSIGN_OR_RETURN(const std::string id, cluster_->Submit(MakeJob(statement, planned), savepoint,
                                                          allow_non_restored_state));
  return FollowJob(*cluster_, id, planned, printer);
}

}  // namespace weir
