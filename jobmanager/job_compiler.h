#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proto/control.pb.h"
#include "proto/plan.pb.h"

namespace weir {

// SQL text in, job graphs or errors with line and column out. Planning happens in the job manager's
// process but not in its library: main.cc binds this to sql/.
class JobCompiler {
 public:
  struct Job {
    plan::JobGraph graph;
    std::string statement;     // for people
    bool has_results = false;  // a SELECT; its rows are pulled by the client
    plan::Schema result_schema;
  };
  // What a statement answers at once, as a prompt shows it: SHOW TABLES, DESCRIBE t.
  struct Answer {
    std::string statement;  // for people
    std::vector<std::string> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;  // of text; none: NULL
    // Set by SHOW JOBS (empty) and DESCRIBE JOB 'id': rows are for who knows the jobs to fill in.
    std::optional<std::string> of_job;
  };
  struct Result {
    std::optional<rpc::SqlError> error;
    std::vector<Job> jobs;
    std::vector<std::string> notes;
    std::string explanation;      // of Explain
    std::vector<Answer> answers;  // of Explain
  };
  using Done = std::function<void(Result)>;
  // What may stand at a place of a script: from which byte on, and the words.
  struct Completions {
    size_t begin = 0;
    std::vector<std::string> words;
  };

  virtual ~JobCompiler() = default;
  // Never waits; `done` is called once, from any thread. Checks against the outside (does the topic
  // exist, do the types fit the table) are part of it.
  virtual void Compile(rpc::SubmitRequest request, Done done) = 0;
  // Plans, and answers of statements that have theirs at once; the jobs are for people to look at.
  virtual void Explain(rpc::SubmitRequest request, Done done) = 0;
  // `cursor`: a byte of `sql`, or its end. What is wrong before it counts for nothing.
  virtual void Complete(std::string sql, size_t cursor, std::function<void(Completions)> done) = 0;
};

}  // namespace weir
