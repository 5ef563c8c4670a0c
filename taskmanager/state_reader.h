#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "operators/state_view.h"
#include "proto/control.pb.h"
#include "state/task_state.h"

namespace weir {

// Answers what people ask of one task's state (rpc::ReadState), one question after the other, in
// pieces between the task's steps. For the task's thread.
class StateReader {
 public:
  // The tables of one operator of the chain.
  struct Shown {
    std::string uid;
    std::string name;
    std::vector<StateView> views;
  };
  struct Config {
    TaskId task;
    int32_t parallelism = 1;
    int32_t max_parallelism = 128;
    std::string time_zone = "UTC";  // in which keys are read
  };
  // `state` may be null where nothing is shown.
  StateReader(Config config, std::vector<Shown> shown, TaskState* state);
  ~StateReader();

  void Ask(rpc::ReadState question);
  bool idle() const { return questions_.empty(); }
  // Some 0.2 ms of work at the first question; its answer once there is one.
  std::optional<rpc::StatePage> Work();
  // Answers one that there will be no answer to; none when it is idle.
  std::optional<rpc::StatePage> GiveUp(const Status& why);

 private:
  struct Page;  // in progress

  rpc::StatePage Describe() const;
  StatusOr<std::unique_ptr<Page>> Begin(const rpc::ReadState& question) const;
  StatusOr<std::string> EncodeKey(const StateView& view, const rpc::ReadState& question,
                                  uint64_t* hash) const;

  const Config config_;
  const std::vector<Shown> shown_;
  TaskState* const state_;
  std::deque<rpc::ReadState> questions_;
  std::unique_ptr<Page> page_;  // of the first one
};

}  // namespace weir
