#pragma once

#include <chrono>
#include <map>
#include <string>

#include "common/base/status.h"
#include "common/base/time.h"
#include "jobmanager/job_compiler.h"
#include "taskmanager/io_pool.h"

namespace weir {

// Scripts to jobs for a job manager: a session for each request, on threads of its own because
// checks of the outside block. Thread-safe.
class SqlCompiler : public JobCompiler {
 public:
  explicit SqlCompiler(Duration time_limit = std::chrono::minutes(2));

  void Compile(rpc::SubmitRequest request, Done done) override;
  void Explain(rpc::SubmitRequest request, Done done) override;
  void Complete(std::string sql, size_t cursor, std::function<void(Completions)> done) override;

  // The three as calls that block: every statement is planned and checked, or the first error with
  // its place. Past the limit, looked at between statements, it is kDeadlineExceeded.
  static Result CompileNow(const rpc::SubmitRequest& request, Duration time_limit);
  // The plans of the queries and INSERTs, and what SHOW and DESCRIBE answer. Asks nothing outside.
  static Result ExplainNow(const rpc::SubmitRequest& request);
  // Knows the tables and views that the script defines before the cursor.
  static Completions CompleteNow(const std::string& sql, size_t cursor);

 private:
  const Duration time_limit_;
  IoPool threads_;
};

}  // namespace weir
