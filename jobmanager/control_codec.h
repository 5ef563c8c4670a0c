#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/ids.h"
#include "jobmanager/job_messages.h"
#include "proto/control.pb.h"
#include "proto/plan.pb.h"

// Between a job master's events and actions and the messages of proto/control.proto.

namespace weir {

rpc::Failure ToProto(const Status& status);
Status FromProto(const rpc::Failure& failure);
rpc::SqlError ToSqlError(const Status& status);  // that is about no place in a script

// What a message of a task says about its job.
struct JobReport {
  LeaderEpoch epoch;
  std::string job_id;
  JobEvent event;
};
// Nothing for messages that are not about a task's life (registration, heartbeats, rows).
std::optional<JobReport> ToJobReport(const rpc::TaskManagerMessage& message);

// Constant parts of what a job's task managers are told.
struct JobHeader {
  LeaderEpoch epoch;
  std::string job_id;
  const plan::JobGraph* graph = nullptr;
  std::string checkpoint_dir;
  std::string lineage;
};

using Outgoing = std::vector<std::pair<TaskManagerId, rpc::JobManagerMessage>>;

// One message per task manager, with the locations of all subtasks.
Outgoing ToMessages(const job_action::Deploy& deploy, const JobHeader& job,
                    const std::function<std::string(TaskManagerId)>& data_address);
Outgoing ToMessages(const job_action::CancelTasks& action, const JobHeader& job);
Outgoing ToMessages(const job_action::TriggerCheckpoint& action, const JobHeader& job,
                    Timestamp now);
Outgoing ToMessages(const job_action::NotifyCheckpointCompleted& action, const JobHeader& job);
Outgoing ToMessages(const job_action::AbortCheckpoint& action, const JobHeader& job);
Outgoing ToMessages(const job_action::Commit& action, const JobHeader& job);
Outgoing ToMessages(const job_action::FinishTask& action, const JobHeader& job);
Outgoing ToMessages(const job_action::AssignSplits& action, const JobHeader& job);

}  // namespace weir
