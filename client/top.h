#pragma once

#include <deque>
#include <string>
#include <vector>

#include "client/cluster_commands.h"
#include "common/base/time.h"
#include "proto/control.pb.h"

namespace weir {

struct TopCommand {
  ClusterCommand cluster;
  std::string job;     // its operators; empty: all jobs
  int interval_s = 2;  // between two looks
  bool once = false;   // print it and end
};

// A view of what runs that renews itself, until Ctrl-C. Returns the process' exit code.
int RunTop(const TopCommand& command);

// What was seen at once.
struct TopSample {
  Timestamp at = 0;  // Clock::SteadyNow
  Timestamp wall = 0;
  rpc::ClusterInfo cluster;
  std::vector<rpc::JobDetails> jobs;
};
// Numbers come with heartbeats, once a second: rates are taken over a few of them. Drops of `seen`,
// the newest last, what is too old for that; its first is what rates are since.
void KeepForRates(std::deque<TopSample>& seen);
// With rates since `before`: of all jobs that have not ended, the busiest first, or of the
// operators of one.
std::string JobsTopText(const TopSample& before, const TopSample& now);
std::string JobTopText(const TopSample& before, const TopSample& now);

}  // namespace weir
