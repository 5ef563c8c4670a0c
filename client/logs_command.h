#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "client/cluster_commands.h"
#include "common/base/status.h"
#include "proto/control.pb.h"

namespace weir {

struct LogsCommand {
  ClusterCommand cluster;
  std::string process;  // "jobmanager", a task manager's id or HOST:PORT; empty: see ShowLogs
  std::string job;      // only lines about it; empty: all
  bool standard_output = false;
  int64_t lines = -1;  // the last ones; -1: all
  bool follow = false;
};

// Prints the log of a process, or with a job and no process the lines about it of all of them, in
// the order of their time and with the process before each. Returns the process' exit code; does
// not return while it follows.
int ShowLogs(const LogsCommand& command);

// What ShowLogs asks the cluster.
class LogsSource {
 public:
  virtual ~LogsSource() = default;
  virtual StatusOr<rpc::ReadOutputReply> Read(const rpc::ReadOutputRequest& request) = 0;
  virtual StatusOr<rpc::ClusterInfo> Cluster() = 0;
};

// Reads again and again; each look prints what is new.
class LogsReader {
 public:
  LogsReader(LogsCommand command, LogsSource& source, std::ostream& out, std::ostream& notes);
  Status Look();

 private:
  struct Process {
    std::string name;
    int64_t after = 0;
    std::string rest = {};  // of standard output: a line that has not ended
  };
  struct Line {
    std::string time;
    std::string text;
  };

  Status FindProcesses();
  Status Read(Process& process, std::vector<Line>& lines);
  std::string Shown(const Process& process, std::string line) const;

  const LogsCommand command_;
  LogsSource& source_;
  std::ostream& out_;
  std::ostream& notes_;
  std::vector<Process> processes_;
  bool first_ = true;
};

}  // namespace weir
