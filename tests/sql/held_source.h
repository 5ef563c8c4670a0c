#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "operators/operator.h"
#include "proto/plan.pb.h"

namespace weir {

// How far the sources of a job read. Each source subtask gives so many rows, then none until it is
// stopped; when all have come there, or to their end, the job is held: as far in its input as it
// will get, whatever the machine does meanwhile. Thread-safe.
class SourceHold {
 public:
  // Every source subtask gives `share` of the rows of its table, at least one.
  SourceHold(const plan::JobGraph& graph, double share);

  // The operator of a node of the graph, held if it is a source.
  StatusOr<std::unique_ptr<Operator>> MakeOperator(const plan::OperatorNode& node);

  void Arrived();  // one source subtask has
  void Abandon();  // the job is over: nobody has to wait any more
  // False: abandoned.
  bool Wait();

 private:
  const double share_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int missing_ = 0;  // source subtasks that have not arrived
  bool abandoned_ = false;
};

}  // namespace weir
