#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "proto/control.pb.h"
#include "proto/plan.pb.h"

namespace weir {

// What somebody wants to know of a running job's state: which tasks to ask what, and what their
// answers come to. Tables: every task is asked at once. Rows: one subtask after the other, until
// there are enough; of a key, the one that has it. Pure.
class StateQuery {
 public:
  // `graph`: at the job's present parallelism. kNotFound: there is no such operator.
  static StatusOr<StateQuery> Make(const rpc::StateRequest& request, const plan::JobGraph& graph);

  // Without what says which job and attempt it is.
  using Questions = std::vector<std::pair<TaskId, rpc::ReadState>>;
  Questions Begin();
  // An answer to one of the questions; further ones. An error ends the query.
  StatusOr<Questions> OnAnswer(TaskId from, const rpc::StatePage& page);
  // All that was asked is answered; then the reply may be taken.
  bool done() const { return waiting_ == 0; }
  rpc::StateReply TakeReply() { return std::move(reply_); }

  // "GroupAggregate(...) (2/3)", for people.
  std::string NameOf(TaskId task) const;

 private:
  struct Vertex {
    std::string name;
    int32_t parallelism = 1;
  };
  StateQuery() = default;
  Status SetCursor();
  Questions Ask(int32_t subtask, const std::string& after);
  void AddTables(const rpc::StatePage& page);

  rpc::StateRequest request_;
  std::vector<Vertex> vertices_;
  VertexId vertex_;          // of the operator
  int32_t first_ = 0;        // subtask that is asked first
  std::string first_after_;  // and where it goes on
  int64_t bytes_left_ = 0;
  int32_t rows_left_ = 0;
  int waiting_ = 0;
  rpc::StateReply reply_;
};

// Of the columns that make the key, or of the others.
std::vector<std::string> ColumnNames(const rpc::StateTable& table, bool of_key);

}  // namespace weir
