#pragma once

#include <optional>
#include <string_view>

#include "common/base/status.h"

namespace weir {

// As Flink names them.
enum class TaskPhase {
  kCreated,
  kDeploying,
  kInitializing,
  kRunning,
  kFinished,
  kCanceled,
  kFailed
};

std::string_view TaskPhaseName(TaskPhase phase);  // "RUNNING"
inline bool IsOver(TaskPhase phase) { return phase >= TaskPhase::kFinished; }

// Decides what may happen to a task and when. Pure: no I/O, no clock, no threads.
//
// The first end wins: what comes later is late and changes nothing. Between the end and Closed the
// task gives its resources back; only then is the end reported, so that a successor never meets
// them.
class TaskLife {
 public:
  // Each returns whether it happened; false: too late or too early, ignore it.
  bool Deploy();            // CREATED -> DEPLOYING
  bool Initialize();        // DEPLOYING -> INITIALIZING: state is restored, operators are opened
  bool Run();               // INITIALIZING -> RUNNING
  bool EndInput();          // RUNNING: everything was read and flushed
  bool Finish();            // after EndInput: ends as FINISHED
  bool Cancel();            // ends as CANCELED
  bool Fail(Status cause);  // ends as FAILED

  bool Closed();  // resources are given back: the end takes place

  TaskPhase phase() const { return phase_; }
  bool running() const { return phase_ == TaskPhase::kRunning && !end_; }
  bool input_ended() const { return input_ended_; }
  bool closing() const { return end_.has_value() && !IsOver(phase_); }
  bool over() const { return IsOver(phase_); }
  const Status& cause() const { return cause_; }  // of FAILED

 private:
  bool Move(TaskPhase from, TaskPhase to);
  bool End(TaskPhase as);

  TaskPhase phase_ = TaskPhase::kCreated;
  bool input_ended_ = false;
  std::optional<TaskPhase> end_;
  Status cause_;
};

}  // namespace weir
