#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/query_rows.h"
#include "common/base/status.h"
#include "common/data/batch.h"
#include "proto/control.pb.h"
#include "sql/session.h"

namespace weir {

class ClusterClient;

// Where the jobs of a prompt run. All calls block; from one thread.
class ShellBackend {
 public:
  struct Job {
    const sql::SessionStatement& statement;
    const sql::StatementResult& planned;
    // Statements, in order, that make a new session one in which `statement` means the same.
    const std::vector<std::string>& definitions;
  };

  virtual ~ShellBackend() = default;
  // For the first line: "connected to ...". An error: nobody is there.
  virtual StatusOr<std::string> Greeting() = 0;
  // The job's id.
  virtual StatusOr<std::string> Submit(const Job& job) = 0;
  // The next rows of a query, from `token` (0 at first).
  virtual StatusOr<QueryRows> Fetch(const std::string& job_id, int64_t token,
                                    const SchemaPtr& schema) = 0;
  virtual StatusOr<rpc::JobDetails> Details(const std::string& job) = 0;
  virtual StatusOr<rpc::ListJobsReply> List() = 0;
  virtual Status Cancel(const std::string& job) = 0;
  // Ends a job behind a savepoint; returns when that is on record.
  virtual Status Stop(const std::string& job, bool drain) = 0;
  // Whether an INSERT goes on when the prompt is left.
  virtual bool outlives_prompt() const = 0;
};

std::unique_ptr<ShellBackend> MakeClusterBackend(std::unique_ptr<ClusterClient> client,
                                                 std::map<std::string, std::string> config,
                                                 int parallelism);
// A cluster in this process, which starts with the first job. `scratch`: a folder of its own.
std::unique_ptr<ShellBackend> MakeLocalBackend(int parallelism, std::string scratch);

}  // namespace weir
