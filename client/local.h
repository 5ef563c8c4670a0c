#pragma once

#include <map>
#include <string>

#include "client/local_cluster.h"
#include "client/result_printer.h"
#include "sql/session.h"

namespace weir {

struct LocalCommand {
  std::string file;  // "-": standard input
  OutputFormat output = OutputFormat::kTable;
  int parallelism = 0;                        // 0: what the script or `config` says, or 1
  std::map<std::string, std::string> config;  // --set, and what is configured
};

// Runs a script in this process, statement by statement; each job to its end before the next.
// Answers go to standard output, errors and notes to standard error. A syntax error is found
// before anything runs, the first failing statement ends the script; with `changelog`, which is for
// comparing answers, a failing statement is part of the answer and the next one runs.
// Returns the process' exit code. Has to be called before the process has other threads.
int RunLocal(const LocalCommand& command);

// Carries out the jobs of a script, one after the other.
class JobRunner {
 public:
  virtual ~JobRunner() = default;
  // To the end of the job that `planned` holds; shows the rows of a query. `session` has planned
  // it.
  virtual Status Run(const sql::Session& session, const sql::SessionStatement& statement,
                     const sql::StatementResult& planned, ResultPrinter& printer) = 0;
};

// As RunLocal, jobs by `runner`.
int RunScript(const LocalCommand& command, JobRunner& runner);

// Jobs run one after the other, and a slot costs nothing: more than any of them asks for.
inline constexpr int kLocalSlots = 1024;
// A worker for each core; what need not outlive it goes to `scratch`.
StatusOr<std::unique_ptr<LocalCluster>> StartLocalCluster(int slots, const std::string& scratch);

JobCompiler::Job MakeJob(const sql::SessionStatement& statement,
                         const sql::StatementResult& planned);
// Until the job has ended; shows the rows of a query as they come.
Status FollowJob(LocalCluster& cluster, const std::string& job_id,
                 const sql::StatementResult& planned, ResultPrinter& printer);

}  // namespace weir
