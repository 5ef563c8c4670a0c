#include "taskmanager/task_life.h"

#include <utility>

#include "common/base/check.h"

namespace weir {

std::string_view TaskPhaseName(TaskPhase phase) {
  switch (phase) {
    case TaskPhase::kCreated:
      return "CREATED";
    case TaskPhase::kDeploying:
      return "DEPLOYING";
    case TaskPhase::kInitializing:
      return "INITIALIZING";
    case TaskPhase::kRunning:
      return "RUNNING";
    case TaskPhase::kFinished:
      return "FINISHED";
    case TaskPhase::kCanceled:
      return "CANCELED";
    case TaskPhase::kFailed:
      return "FAILED";
  }
  return "?";
}

bool TaskLife::Move(TaskPhase from, TaskPhase to) {
  if (phase_ != from || end_) return false;
  phase_ = to;
  return true;
}

bool TaskLife::End(TaskPhase as) {
  if (end_) return false;
  end_ = as;
  return true;
}

bool TaskLife::Deploy() { return Move(TaskPhase::kCreated, TaskPhase::kDeploying); }
bool TaskLife::Initialize() { return Move(TaskPhase::kDeploying, TaskPhase::kInitializing); }
bool TaskLife::Run() { return Move(TaskPhase::kInitializing, TaskPhase::kRunning); }

bool TaskLife::EndInput() {
  if (!running() || input_ended_) return false;
  input_ended_ = true;
  return true;
}

bool TaskLife::Finish() { return running() && input_ended_ && End(TaskPhase::kFinished); }
bool TaskLife::Cancel() { return End(TaskPhase::kCanceled); }

bool TaskLife::Fail(Status cause) {
  CHECK(!cause.ok());
  if (!End(TaskPhase::kFailed)) return false;
  cause_ = std::move(cause);
  return true;
}

bool TaskLife::Closed() {
  if (!closing()) return false;
  phase_ = *end_;
  return true;
}

}  // namespace weir
