#include "client/cluster_commands.h"

#include <signal.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "client/answer.h"
#include "client/cluster_client.h"
#include "client/compiler.h"
#include "client/job_text.h"
#include "client/query_rows.h"
#include "client/script.h"
#include "common/base/time.h"
#include "operators/expressions/expr.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kJobPollInterval = std::chrono::milliseconds(50);
constexpr auto kValidationLimit = std::chrono::minutes(2);

StatusOr<rpc::SubmitRequest> MakeRequest(const RunCommand& command) {
  ASSIGN_OR_RETURN(Script script, ReadScript(command.file));
  rpc::SubmitRequest request;
  request.set_sql(std::move(script.text));
  request.set_file_name(std::move(script.name));
  request.set_parallelism(command.parallelism);
  request.set_from_savepoint(command.from_savepoint);
  request.set_allow_non_restored_state(command.allow_non_restored_state);
  for (const auto& [key, value] : command.config) (*request.mutable_options())[key] = value;
  return request;
}

// SIGINT and SIGTERM as something to ask for. Of all threads made after it.
class Interrupt {
 public:
  Interrupt() {
    sigset_t signals;
    sigemptyset(&signals);
    for (int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::thread([signals, seen = seen_] {
      int signal = 0;
      sigwait(&signals, &signal);
      *seen = signal;
      // A second one ends the process whatever it is doing.
      sigwait(&signals, &signal);
      _exit(128 + signal);
    }).detach();
  }
  int seen() const { return *seen_; }

 private:
  std::shared_ptr<std::atomic<int>> seen_ = std::make_shared<std::atomic<int>>(0);
};

// Stays with the jobs of a submission until they have ended.
class Follower {
 public:
  Follower(ClusterClient& client, const ClusterCommand& command, const Interrupt& interrupt)
      : client_(client), interrupt_(interrupt) {
    printer_ = MakeResultPrinter(command.output, std::cout);
  }

  // The exit code.
  int Follow(const rpc::SubmittedJob& job) {
    printer_->BeginStatement(job.statement());
    Status status = job.has_results() ? ShowRows(job) : OkStatus();
    if (status.ok() && interrupt_.seen() == 0) status = Await(job);
    if (interrupt_.seen() != 0) return OnInterrupt(job);
    if (status.ok()) return 0;
    printer_->Failed(status);
    std::cerr << "weir: job " << job.job_id() << " (" << job.name() << "): " << status.message()
              << std::endl;
    return 1;
  }

 private:
  Status ShowRows(const rpc::SubmittedJob& job) {
    ASSIGN_OR_RETURN(SchemaPtr schema, FromProto(job.result_schema()));
    ASSIGN_OR_RETURN(rpc::JobDetails details, client_.GetJob(job.job_id()));
    ResultHeader header{.schema = schema, .schema_text = schema->ToString()};
    header.changes = MakesChanges(details.graph());
    const auto& config = details.graph().config();
    if (auto zone = config.find("table.local-time-zone"); zone != config.end()) {
      ASSIGN_OR_RETURN(header.time_zone, TimeZone::Load(zone->second));
    }
    RETURN_IF_ERROR(printer_->BeginRows(header));
    const auto fetch = [&](int64_t token) -> StatusOr<QueryRows> {
      ASSIGN_OR_RETURN(rpc::FetchResultsReply reply, client_.FetchResults(job.job_id(), token));
      return ToQueryRows(std::move(reply), schema);
    };
    RETURN_IF_ERROR(FollowRows(
        fetch, [this] { return interrupt_.seen() != 0; }, *printer_));
    printer_->EndRows();
    return OkStatus();
  }

  Status Await(const rpc::SubmittedJob& job) {
    while (interrupt_.seen() == 0) {
      ASSIGN_OR_RETURN(rpc::JobDetails details, client_.GetJob(job.job_id()));
      if (details.error().code() != 0) return UnavailableError(details.error().message());
      const std::string& state = details.summary().state();
      if (state == "FINISHED") return OkStatus();
      if (state == "CANCELED") return CancelledError("the job was canceled");
      if (state == "FAILED") return AbortedError(details.summary().reason());
      TellWhyItWaits(details.summary());
      std::this_thread::sleep_for(kJobPollInterval);
    }
    return OkStatus();
  }

  // Each reason once.
  void TellWhyItWaits(const rpc::JobSummary& job) {
    if (job.reason().empty() || job.reason() == told_) return;
    told_ = job.reason();
    std::cerr << job.state() << ": " << told_ << std::endl;
  }

  int OnInterrupt(const rpc::SubmittedJob& job) {
    const int code = 128 + interrupt_.seen();
    if (!job.has_results()) {
      std::cerr << "the job goes on; `weir cancel " << job.job_id() << "` ends it" << std::endl;
      return code;
    }
    if (auto reply = client_.CancelJob(job.job_id()); !reply.ok()) Fail(reply.status());
    return code;
  }

  ClusterClient& client_;
  const Interrupt& interrupt_;
  std::unique_ptr<ResultPrinter> printer_;
  std::string told_;
};

void TellSubmitted(const rpc::SubmitReply& reply, const RunCommand& command) {
  for (const std::string& note : reply.notes()) {
    std::cerr << command.file << ": note: " << note << std::endl;
  }
  if (command.cluster.output == OutputFormat::kJson && command.detached) {
    Json jobs = Json::array();
    for (const rpc::SubmittedJob& job : reply.jobs()) {
      jobs.push_back({{"id", job.job_id()}, {"name", job.name()}});
    }
    PrintJson(Json({{"jobs", jobs}}));
    return;
  }
  // To standard error where rows follow.
  std::ostream& out = command.detached ? std::cout : std::cerr;
  for (const rpc::SubmittedJob& job : reply.jobs()) {
    out << "job " << job.job_id() << " submitted: " << job.name() << std::endl;
  }
}

}  // namespace

int RunOnCluster(const RunCommand& command) {
  StatusOr<rpc::SubmitRequest> request = MakeRequest(command);
  if (!request.ok()) return Fail(request.status());
  Interrupt interrupt;
  auto client = ClusterClient::Make(command.cluster.jobmanager);
  if (!client.ok()) return Fail(client.status());
  StatusOr<rpc::SubmitReply> reply = (*client)->Submit(*request);
  if (!reply.ok()) return Fail(reply.status());
  if (reply->error().code() != 0) return Fail(reply->error());
  TellSubmitted(*reply, command);
  if (command.detached) return 0;
  Follower follower(**client, command.cluster, interrupt);
  int code = 0;
  for (const rpc::SubmittedJob& job : reply->jobs()) code = std::max(code, follower.Follow(job));
  return code;
}

int ListJobs(const ClusterCommand& command) {
  auto client = ClusterClient::Make(command.jobmanager);
  if (!client.ok()) return Fail(client.status());
  StatusOr<rpc::ListJobsReply> reply = (*client)->ListJobs();
  if (!reply.ok()) return Fail(reply.status());
  std::cout << (command.output == OutputFormat::kJson
                    ? JobListJson(*reply)
                    : JobListText(*reply, Clock::Real().WallNow()));
  return 0;
}

int ShowJob(const ClusterCommand& command, const std::string& job) {
  auto client = ClusterClient::Make(command.jobmanager);
  if (!client.ok()) return Fail(client.status());
  StatusOr<rpc::JobDetails> details = (*client)->GetJob(job);
  if (!details.ok()) return Fail(details.status());
  if (details->error().code() != 0) return Fail(details->error());
  std::cout << (command.output == OutputFormat::kJson ? JobJson(*details)
                                                      : JobText(*details, Clock::Real().WallNow()));
  return 0;
}

int CancelJob(const ClusterCommand& command, const std::string& job) {
  auto client = ClusterClient::Make(command.jobmanager);
  if (!client.ok()) return Fail(client.status());
  StatusOr<rpc::CancelReply> reply = (*client)->CancelJob(job);
  if (!reply.ok()) return Fail(reply.status());
  if (reply->error().code() != 0) return Fail(reply->error());
  if (command.output == OutputFormat::kJson) {
    PrintJson(Json({{"job", job}, {"state", reply->state()}}));
  } else {
    std::cout << "job " << job << " is being canceled; `weir info " << job << "` tells when it is"
              << std::endl;
  }
  return 0;
}

int ValidateScript(const RunCommand& command) {
  StatusOr<rpc::SubmitRequest> request = MakeRequest(command);
  if (!request.ok()) return Fail(request.status());
  const JobCompiler::Result result = SqlCompiler::CompileNow(*request, kValidationLimit);
  const bool json = command.cluster.output == OutputFormat::kJson;
  if (result.error) {
    if (!json) return Fail(*result.error);
    PrintJson(Json({{"valid", false},
                    {"line", result.error->line()},
                    {"column", result.error->column()},
                    {"message", result.error->message()},
                    {"rendered", result.error->rendered()}}));
    return 1;
  }
  Json jobs = Json::array();
  for (const JobCompiler::Job& job : result.jobs) jobs.push_back(job.graph.name());
  if (json) {
    PrintJson(Json({{"valid", true}, {"jobs", jobs}, {"notes", result.notes}}));
    return 0;
  }
  for (const std::string& note : result.notes) {
    std::cerr << command.file << ": note: " << note << std::endl;
  }
  std::cout << command.file << " is right: " << jobs.size() << (jobs.size() == 1 ? " job" : " jobs")
            << std::endl;
  return 0;
}

int ExplainScript(const RunCommand& command) {
  StatusOr<rpc::SubmitRequest> request = MakeRequest(command);
  if (!request.ok()) return Fail(request.status());
  const JobCompiler::Result result = SqlCompiler::ExplainNow(*request);
  if (result.error) return Fail(*result.error);
  for (const std::string& note : result.notes) {
    std::cerr << command.file << ": note: " << note << std::endl;
  }
  if (command.cluster.output == OutputFormat::kJson) {
    PrintJson(Json({{"plan", result.explanation}}));
  } else {
    std::cout << result.explanation << std::flush;
  }
  return 0;
}

}  // namespace weir
