#include <CLI/CLI.hpp>
#include <iostream>

#include "client/local.h"
#include "client/scratch_folder.h"
#include "common/base/check.h"
#include "common/base/logging.h"
#include "tests/sql/stopping_cluster.h"

// As `weir local --output changelog`, but each job is stopped with a savepoint in the middle of its
// input and goes on from it, planned anew, at another parallelism and another batch size. Nothing
// else is different, so the answer must not be.

namespace weir {
namespace {

// How a job runs before its savepoint, and after it.
struct Half {
  int parallelism = 1;
  int batch_size = 1;
};

struct Command {
  std::string file;
  double share = 0.5;  // of the input before the savepoint
  Half first{1, 1};
  Half second{3, 4096};
  uint64_t state_bytes = uint64_t{1} << 30;
};

class ResumingJobRunner : public JobRunner {
 public:
  ResumingJobRunner(const Command& command, std::string scratch)
      : command_(command), scratch_(std::move(scratch)) {}

  Status Run(const sql::Session& session, const sql::SessionStatement& statement,
             const sql::StatementResult&, ResultPrinter& printer) override {
    RETURN_IF_ERROR(StartCluster());
    ASSIGN_OR_RETURN(const sql::StatementResult first, Plan(session, statement, command_.first));
    ASSIGN_OR_RETURN(const sql::StatementResult second, Plan(session, statement, command_.second));
    ++jobs_;
    ASSIGN_OR_RETURN(const std::string savepoint,
                     cluster_->RunToSavepoint(statement, first, command_.share, printer));
    if (savepoint.empty()) return OkStatus();  // no input to stop in
    ++resumed_;
    return cluster_->Resume(statement, second, savepoint, printer);
  }

  void Report() const {
    std::cerr << "resumed " << resumed_ << " of " << jobs_ << " jobs" << std::endl;
  }

 private:
  Status StartCluster() {
    if (cluster_ != nullptr) return OkStatus();
    LocalClusterOptions options;
    options.checkpoint_root = scratch_ + "/checkpoints";
    options.state_dir = scratch_ + "/state";
    options.state_bytes = command_.state_bytes;
    ASSIGN_OR_RETURN(cluster_, StoppingCluster::Start(std::move(options)));
    return OkStatus();
  }

  // The session keeps its own options.
  static StatusOr<sql::StatementResult> Plan(sql::Session session,
                                             const sql::SessionStatement& statement, Half half) {
    const std::string settings =
        "SET 'parallelism.default' = '" + std::to_string(half.parallelism) +
        "'; SET 'execution.batch-size' = '" + std::to_string(half.batch_size) +
        "'; SET 'execution.checkpointing.interval' = '1 h'; SET 'restart-strategy' = 'none';";
    const auto sets = session.Parse(settings);
    CHECK(sets.ok()) << sets.error().message;
    for (const sql::SessionStatement& set : *sets) CHECK(session.Execute(set).ok()) << set.text;
    auto planned = session.Execute(statement);
    if (!planned.ok()) return Status(planned.error().code, planned.error().message);
    return *std::move(planned);
  }

  const Command& command_;
  const std::string scratch_;
  std::unique_ptr<StoppingCluster> cluster_;
  int jobs_ = 0;
  int resumed_ = 0;
};

int Main(int argc, char** argv) {
  Command command;
  CLI::App app{"Runs a script, each job stopped in its middle and resumed", "resumed_local"};
  app.add_option("-f,--file", command.file, "the script")->required();
  app.add_option("--share", command.share, "of the input that is read before the savepoint");
  app.add_option("--parallelism", command.first.parallelism, "before the savepoint");
  app.add_option("--then-parallelism", command.second.parallelism, "after it");
  app.add_option("--then-batch-size", command.second.batch_size, "after it; before it is 1");
  app.add_option("--state-bytes", command.state_bytes, "keyed state in memory, for each task");
  CLI11_PARSE(app, argc, argv);
  SetLogLevel(LogLevel::kWarning);
  auto scratch = ScratchFolder::Make("weir-resumed");
  if (!scratch.ok()) {
    std::cerr << scratch.status() << std::endl;
    return 1;
  }
  (*scratch)->RemoveOnSignal();
  ResumingJobRunner runner(command, (*scratch)->path());
  LocalCommand local;
  local.file = command.file;
  local.output = OutputFormat::kChangelog;
  local.parallelism = command.first.parallelism;
  const int code = RunScript(local, runner);
  runner.Report();
  return code;
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) { return weir::Main(argc, argv); }
