#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jobmanager/rest/job_picture.h"

// What the numbers of a job mean, in words. Pure.

namespace weir {

// Which vertex the others wait for.
struct PaceVerdict {
  std::optional<size_t> vertex;
  std::string sentence;
};
PaceVerdict JudgePace(const JobSnapshot& job, const std::vector<VertexPicture>& vertices);

// Why a job gives nothing; kFlows: it does. The first of these that holds, from the source on.
struct OutputVerdict {
  enum Reason {
    kFlows,
    kEnded,
    kNoSlots,
    kNotRunning,
    kNoRecords,
    kSinkRefuses,
    kAllFiltered,
    kAllLate,
    kWatermarkHeld,  // by a split that says nothing
    kWindowOpen,
    kWaitsForCommit,
    kUnknown
  };
  Reason reason = kUnknown;
  std::optional<size_t> vertex;  // where
  std::string sentence;
  std::string advice;  // what to do about it; may be empty
};
const char* ReasonName(OutputVerdict::Reason reason);  // "NO_SLOTS"
OutputVerdict JudgeOutput(const JobSnapshot& job, const std::vector<VertexPicture>& vertices);

}  // namespace weir
