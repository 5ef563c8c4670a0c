#pragma once

#include <string>

#include "proto/control.pb.h"

// Jobs as people and programs read them.

namespace weir {

// Tables. `now` is in ms since 1970 and tells how long a job has been running.
std::string JobListText(const rpc::ListJobsReply& reply, int64_t now);
std::string JobText(const rpc::JobDetails& job, int64_t now);

std::string TaskManagersText(const rpc::ClusterInfo& cluster);

// One JSON document on one line.
std::string JobListJson(const rpc::ListJobsReply& reply);
std::string JobJson(const rpc::JobDetails& job);
std::string TaskManagersJson(const rpc::ClusterInfo& cluster);

// "2026-05-01 12:00:00 UTC"
std::string TimeText(int64_t millis);
// Whether a job in this state has ended.
bool IsOver(const std::string& state);
// "850 ms", "12 s", "3 min 20 s", "2 h 5 min", "4 d 3 h"
std::string DurationText(int64_t millis);
// "none", "end", or the time
std::string WatermarkText(int64_t watermark);
// "1 row", "12 rows"
std::string CountText(int64_t n, const std::string& what);
// "12 B", "3.4 MB"
std::string BytesText(int64_t bytes);

}  // namespace weir
