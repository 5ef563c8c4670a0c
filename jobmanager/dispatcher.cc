#include "jobmanager/dispatcher.h"

#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/logging.h"
#include "common/base/planted_bug.h"
#include "common/base/random_id.h"
#include "common/base/secrets.h"
#include "common/base/version.h"
#include "common/config/defaults.h"
#include "common/config/uri_path.h"
#include "jobmanager/job_options.h"

namespace weir {
namespace {

// Cores that a task manager has kept busy from one heartbeat to the next.
std::optional<double> CpuLoad(const rpc::Heartbeat& before, const rpc::Heartbeat& now) {
  const int64_t ms = now.time_ms() - before.time_ms();
  if (before.time_ms() == 0 || ms <= 0) return std::nullopt;
  return std::max(0.0, now.cpu_seconds() - before.cpu_seconds()) * 1000 / static_cast<double>(ms);
}

constexpr int kMostAttemptsToTakeBack = 20;  // of what was refused; half a second apart

std::shared_ptr<const JobSnapshot> OfEnded(const JobStore::Entry& entry) {
  rpc::JobDetails details;
  auto* summary = details.mutable_summary();
  summary->set_job_id(entry.job.job_id());
  summary->set_name(entry.job.name());
  summary->set_state(entry.state.state());
  summary->set_started_ms(entry.job.submitted_ms());
  summary->set_ended_ms(entry.state.ended_ms());
  details.set_savepoint(entry.state.savepoint());
  if (entry.state.failure_code() != 0) {
    summary->set_reason(ToJobRecord(entry.state).cause.ToString());
  }
  details.set_stop_failure(entry.state.stop_failure());
  return SnapshotOfEnded(std::move(details), ToJobRecord(entry.state).state, entry.job);
}

}  // namespace

Dispatcher::Dispatcher(DispatcherOptions options, std::unique_ptr<JobStore> store,
                       JobCompiler* compiler, DispatcherEnvironment environment)
    : options_(std::move(options)),
      store_(std::move(store)),
      compiler_(compiler),
      environment_(std::move(environment)),
      next_task_manager_((store_->epoch().value() << 32) + 1),
      loop_(environment_.make_loop()),
      submissions_(environment_.make_io()),
      copies_(environment_.make_io()),
      outputs_(environment_.make_io()) {}

Status Dispatcher::Start() {
  ASSIGN_OR_RETURN(const std::vector<JobStore::Entry> entries, store_->Load());
  for (const JobStore::Entry& entry : entries) {
    const JobRecord record = ToJobRecord(entry.state);
    if (IsGloballyTerminal(record.state)) {
      std::shared_ptr<const JobSnapshot> ended = OfEnded(entry);
      if (!Planted("leftovers-stay")) CleanUp(ended, /*forget=*/false);
      Remember(std::move(ended));
      continue;
    }
    LogScope scope({.job = entry.job.job_id()});
    LOG(kInfo) << "the job " << entry.job.name() << " goes on";
    Tell({.text = entry.job.name() + " goes on under this job manager", .job = entry.job.job_id()});
    RETURN_IF_ERROR(StartJob(entry.job, record).Annotate("job " + entry.job.job_id()));
  }
  loop_->Start([this] { return AfterRound(); });
  return OkStatus();
}

void Dispatcher::Stop() {
  loop_->Stop();
  // Now that nothing runs any more; their storage threads still post, into the void.
  jobs_.clear();
}

// ---- Clients

void Dispatcher::Submit(rpc::SubmitRequest request, std::function<void(rpc::SubmitReply)> done) {
  CHECK(compiler_ != nullptr) << "nobody compiles SQL here";
  SayDefaults(request);
  compiler_->Compile(request, [this, request, done](JobCompiler::Result result) {
    loop_->Post([this, request, done, result = std::move(result)]() mutable {
      OnCompiled(std::move(result), request, done);
    });
  });
}

// Before anything is planned, for a plan depends on them; what comes of it says them itself.
void Dispatcher::SayDefaults(rpc::SubmitRequest& request) const {
  std::map<std::string, std::string> defaults = options_.default_config;
  if (request.parallelism() > 0) EraseParallelism(&defaults);
  AddDefaults(defaults, request.mutable_options());
}

void Dispatcher::SubmitJob(JobCompiler::Job job, rpc::SubmitRequest options,
                           std::function<void(rpc::SubmitReply)> done) {
  std::map<std::string, std::string> defaults = options_.default_config;
  EraseParallelism(&defaults);  // its vertices have theirs
  AddDefaults(defaults, job.graph.mutable_config());
  loop_->Post([this, job = std::move(job), options = std::move(options), done]() mutable {
    JobCompiler::Result result;
    result.jobs.push_back(std::move(job));
    OnCompiled(std::move(result), options, done);
  });
}

void Dispatcher::OnCompiled(JobCompiler::Result result, const rpc::SubmitRequest& request,
                            std::function<void(rpc::SubmitReply)> done) {
  rpc::SubmitReply reply;
  for (const std::string& note : result.notes) reply.add_notes(note);
  std::vector<jobstore::StoredJob> jobs;
  for (const JobCompiler::Job& job : result.jobs) {
    if (result.error) break;
    auto stored = MakeStoredJob(job, request);
    if (!stored.ok()) {
      result.error = ToSqlError(stored.status());
      break;
    }
    auto* submitted = reply.add_jobs();
    submitted->set_job_id(stored->job_id());
    submitted->set_name(stored->name());
    submitted->set_has_results(job.has_results);
    *submitted->mutable_result_schema() = job.result_schema;
    submitted->set_statement(job.statement);
    jobs.push_back(*std::move(stored));
  }
  if (result.error) {
    reply.clear_jobs();
    *reply.mutable_error() = *result.error;
    return done(std::move(reply));
  }
  auto submission = std::make_shared<Submission>();
  *submission = {.jobs = std::move(jobs), .reply = std::move(reply), .done = std::move(done)};
  submissions_->Submit([this, submission] { return Store(*submission); });
}

bool Dispatcher::Store(Submission& submission) {
  if (submission.refused.ok()) submission.refused = AddAll(submission);
  if (!submission.refused.ok() && submission.tried) {
    // Answered before that, the client would submit again what the next job manager might find.
    std::vector<std::string> all;
    for (const jobstore::StoredJob& job : submission.jobs) all.push_back(job.job_id());
    const Status left = store_->Remove(all);
    if (!left.ok()) {
      const bool ours = left.code() != StatusCode::kFailedPrecondition;  // no other job manager's
      if (ours && ++submission.attempts_to_take_back < kMostAttemptsToTakeBack) return false;
      std::string ids;
      for (const std::string& id : all) ids += " " + id;
      submission.refused = Status(
          submission.refused.code(),
          submission.refused.message() + "; it could not be taken back either (" + left.message() +
              "). It does not run now, but may once a job manager is started here: look for" + ids +
              " in `weir list` before you submit it again");
    }
  }
  loop_->Post([this, submission = std::move(submission)]() mutable {
    for (const jobstore::StoredJob& job : submission.jobs) {
      if (!submission.refused.ok()) break;
      const Status started = StartJob(job, JobRecord{});
      CHECK(started.ok()) << "job " << job.job_id() << " was checked before: " << started;
    }
    if (!submission.refused.ok()) {
      submission.reply.clear_jobs();
      *submission.reply.mutable_error() = ToSqlError(submission.refused);
    }
    submission.done(std::move(submission.reply));
  });
  return true;
}

Status Dispatcher::AddAll(Submission& submission) {
  for (const jobstore::StoredJob& job : submission.jobs) {
    if (job.from_savepoint().empty()) continue;
    ASSIGN_OR_RETURN(const auto manifest,
                     ReadManifest(*environment_.file_system, job.from_savepoint()));
    ASSIGN_OR_RETURN(const JobPlan plan, MakeJobPlan(job.graph()));
    RETURN_IF_ERROR(AssignState(manifest, plan, job.allow_non_restored_state()).status());
  }
  if (submission.jobs.empty()) return OkStatus();
  submission.tried = true;
  return store_->Add(submission.jobs).Annotate("cannot remember the job");
}

StatusOr<jobstore::StoredJob> Dispatcher::MakeStoredJob(const JobCompiler::Job& job,
                                                        const rpc::SubmitRequest& request) {
  jobstore::StoredJob stored;
  stored.set_version(1);
  stored.set_job_id(environment_.make_job_id ? environment_.make_job_id() : RandomHexId());
  *stored.mutable_graph() = job.graph;
  const auto& config = stored.graph().config();
  ASSIGN_OR_RETURN(const JobOptions options, ReadJobOptions({config.begin(), config.end()}));
  RETURN_IF_ERROR(MakeJobPlan(stored.graph()).status());
  stored.set_name(!options.name.empty() ? options.name : job.graph.name());
  stored.set_lineage(stored.job_id());
  stored.set_from_savepoint(request.from_savepoint().empty() ? options.from_savepoint
                                                             : PathOfUri(request.from_savepoint()));
  stored.set_allow_non_restored_state(request.allow_non_restored_state() ||
                                      options.allow_non_restored_state);
  stored.set_submitted_ms(WallNow());
  stored.set_has_results(job.has_results);
  if (options.checkpoints.interval.count() > 0) {
    const std::string root =
        options.checkpoint_dir.empty() ? options_.checkpoint_root : options.checkpoint_dir;
    if (root.empty()) {
      return InvalidArgumentError(
          "execution.checkpointing.interval is set, but no folder for the checkpoints: set "
          "execution.checkpointing.dir");
    }
    stored.set_checkpoint_dir(root + "/" + stored.job_id());
  }
  return stored;
}

Status Dispatcher::StartJob(const jobstore::StoredJob& job, const JobRecord& record) {
  const auto& config = job.graph().config();
  ASSIGN_OR_RETURN(const JobOptions options, ReadJobOptions({config.begin(), config.end()}));
  ASSIGN_OR_RETURN(JobPlan plan, MakeJobPlan(job.graph()));
  JobConfig job_config{.job_id = job.job_id(),
                       .checkpoints = options.checkpoints,
                       .restart = options.restart,
                       .seed = std::hash<std::string>()(job.job_id()),
                       .allow_non_restored_state = job.allow_non_restored_state()};
  // Rows that a client has read cannot be taken back.
  if (job.has_results()) job_config.restart = NoRestart{};
  std::unique_ptr<CheckpointStorage> checkpoints;
  if (!job.checkpoint_dir().empty()) {
    checkpoints =
        std::make_unique<CheckpointStorage>(environment_.file_system, job.checkpoint_dir());
  }
  auto storage = std::make_unique<JobStorage>(*store_, environment_.file_system, job.job_id(),
                                              std::move(checkpoints), job.from_savepoint());
  JobHost& host = *this;
  auto runtime = std::make_unique<JobRuntime>(host, job, std::move(plan), std::move(job_config),
                                              record, std::move(storage), environment_.make_io());
  JobRuntime& started = *(jobs_[job.job_id()] = std::move(runtime));
  started.Start();
  return OkStatus();
}

void Dispatcher::Explain(rpc::SubmitRequest request,
                         std::function<void(JobCompiler::Result)> done) {
  CHECK(compiler_ != nullptr) << "nobody compiles SQL here";
  SayDefaults(request);
  compiler_->Explain(std::move(request), std::move(done));
}

void Dispatcher::Complete(std::string sql, size_t cursor,
                          std::function<void(JobCompiler::Completions)> done) {
  CHECK(compiler_ != nullptr) << "nobody compiles SQL here";
  compiler_->Complete(std::move(sql), cursor, std::move(done));
}

void Dispatcher::ListJobs(std::function<void(rpc::ListJobsReply)> done) {
  loop_->Post([this, done] {
    rpc::ListJobsReply reply;
    for (const auto& [id, job] : jobs_) *reply.add_jobs() = job->Summary();
    for (const auto& job : ended_) *reply.add_jobs() = job->details.summary();
    std::stable_sort(reply.mutable_jobs()->begin(), reply.mutable_jobs()->end(),
                     [](const rpc::JobSummary& a, const rpc::JobSummary& b) {
                       return a.started_ms() > b.started_ms();
                     });
    done(std::move(reply));
  });
}

void Dispatcher::GetJob(rpc::GetJobRequest request, std::function<void(rpc::JobDetails)> done) {
  loop_->Post([this, request = std::move(request), done] {
    const Found found = Find(request.job_id());
    if (found.error) {
      rpc::JobDetails details;
      *details.mutable_error() = *found.error;
      return done(std::move(details));
    }
    const auto it = jobs_.find(found.job_id);
    if (it != jobs_.end()) return done(it->second->Details());
    for (const auto& job : ended_) {
      if (job->details.summary().job_id() != found.job_id) continue;
      rpc::JobDetails details = job->details;
      *details.mutable_graph() = *job->graph;
      return done(std::move(details));
    }
  });
}

void Dispatcher::CancelJob(rpc::GetJobRequest request, std::function<void(rpc::CancelReply)> done) {
  loop_->Post([this, request = std::move(request), done] {
    rpc::CancelReply reply;
    const Found found = Find(request.job_id());
    if (found.error) {
      *reply.mutable_error() = *found.error;
      return done(std::move(reply));
    }
    const auto it = jobs_.find(found.job_id);
    if (it != jobs_.end()) {
      it->second->Handle(job_event::CancelRequested{});
      reply.set_state(it->second->Summary().state());
      return done(std::move(reply));
    }
    for (const auto& job : ended_) {
      const rpc::JobSummary& summary = job->details.summary();
      if (summary.job_id() == found.job_id) reply.set_state(summary.state());
    }
    done(std::move(reply));
  });
}

void Dispatcher::FetchResults(rpc::FetchResultsRequest request,
                              std::function<void(rpc::FetchResultsReply)> done) {
  loop_->Post([this, request = std::move(request), done] {
    rpc::FetchResultsReply reply;
    const Found found = Find(request.job_id());
    if (found.error) {
      *reply.mutable_error() = *found.error;
      return done(std::move(reply));
    }
    const auto it = jobs_.find(found.job_id);
    if (it != jobs_.end()) return it->second->FetchResults(request.token(), done);
    reply.set_next_token(request.token());
    reply.set_finished(true);
    for (const auto& job : ended_) {
      const rpc::JobSummary& summary = job->details.summary();
      if (summary.job_id() != found.job_id) continue;
      if (summary.state() == "FAILED") reply.set_failure(summary.reason());
      if (summary.state() == "CANCELED") reply.set_failure("the job was canceled");
    }
    done(std::move(reply));
  });
}

void Dispatcher::GetCluster(std::function<void(rpc::ClusterInfo)> done) {
  loop_->Post([this, done] {
    rpc::ClusterInfo info;
    info.set_weir_version(std::string(kWeirVersion));
    info.set_epoch(epoch().value());
    info.set_pid(getpid());
    for (const auto& [id, task_manager] : task_managers_) *info.add_task_managers() = InfoOf(id);
    done(std::move(info));
  });
}

Dispatcher::Found Dispatcher::Find(const std::string& text) const {
  std::vector<std::string> by_prefix, by_name;
  const auto look = [&](const std::string& id, const std::string& name) {
    if (id == text) by_prefix.insert(by_prefix.begin(), id);
    if (id != text && !text.empty() && id.starts_with(text)) by_prefix.push_back(id);
    if (name == text) by_name.push_back(id);
  };
  for (const auto& [id, job] : jobs_) look(id, job->job().name());
  for (const auto& job : ended_) {
    look(job->details.summary().job_id(), job->details.summary().name());
  }
  if (!by_prefix.empty() && (by_prefix.size() == 1 || by_prefix[0] == text)) {
    return {.job_id = by_prefix[0]};
  }
  if (by_prefix.empty() && by_name.size() == 1) return {.job_id = by_name[0]};
  const std::vector<std::string>& several = by_prefix.empty() ? by_name : by_prefix;
  if (several.empty()) return {.error = ToSqlError(NotFoundError("there is no job " + text))};
  std::string message = "job " + text + " could be any of";
  for (const std::string& id : several) message += " " + id;
  return {.error = ToSqlError(InvalidArgumentError(std::move(message)))};
}

// ---- Task managers

StatusOr<TaskManagerId> Dispatcher::Attach(std::shared_ptr<TaskManagerLink> link,
                                           rpc::Register registration, bool monitored) {
  if (registration.protocol_version() != kProtocolVersion) {
    return FailedPreconditionError("task manager of Weir " + registration.weir_version() +
                                   " speaks protocol " + registration.protocol_version() +
                                   ", this job manager is Weir " + std::string(kWeirVersion) +
                                   " and speaks " + std::string(kProtocolVersion) +
                                   ": run the same version on both");
  }
  const TaskManagerId id(next_task_manager_++);
  loop_->Post([this, id, link = std::move(link), registration = std::move(registration),
               monitored]() mutable {
    Register(id, {.link = std::move(link),
                  .registration = std::move(registration),
                  .monitored = monitored,
                  .last_heard = Now()});
  });
  return id;
}

void Dispatcher::Register(TaskManagerId id, TaskManager task_manager) {
  // The same process again, before its broken stream was noticed: its tasks are gone.
  std::vector<TaskManagerId> replaced;
  for (const auto& [other, known] : task_managers_) {
    const std::string& instance = known.registration.instance();
    if (!instance.empty() && instance == task_manager.registration.instance()) {
      replaced.push_back(other);
    }
  }
  for (TaskManagerId other : replaced) {
    Lose(other, UnavailableError("the task manager has connected anew"));
  }
  LOG(kInfo) << "task manager " << id << " (" << task_manager.registration.data_address() << ", "
             << task_manager.registration.slots() << " slots) registered";
  Tell({.text = "task manager " + std::to_string(id.value()) + " (" +
                task_manager.registration.data_address() + ") has come with " +
                std::to_string(task_manager.registration.slots()) + " slots",
        .task_manager = std::to_string(id.value())});
  rpc::JobManagerMessage message;
  message.mutable_registered()->set_epoch(epoch().value());
  message.mutable_registered()->set_task_manager_id(id.value());
  message.mutable_registered()->set_heartbeat_interval_ms(options_.heartbeat_interval_ms);
  task_manager.link->Send(std::move(message));
  const TaskManagerSlots slots{id, task_manager.registration.host(),
                               task_manager.registration.slots()};
  task_managers_[id] = std::move(task_manager);
  Give(resources_.Register(slots));
}

void Dispatcher::OnMessage(TaskManagerId from, rpc::TaskManagerMessage message) {
  loop_->Post([this, from, message = std::move(message)] {
    const auto it = task_managers_.find(from);
    if (it == task_managers_.end()) return;  // given up
    it->second.last_heard = Now();
    const auto job = [&](const std::string& id) -> JobRuntime* {
      const auto found = jobs_.find(id);
      return found == jobs_.end() ? nullptr : found->second.get();
    };
    if (message.has_heartbeat()) {
      it->second.cpu_load = CpuLoad(it->second.heartbeat, message.heartbeat());
      it->second.heartbeat = message.heartbeat();
      it->second.heartbeat.clear_tasks();
      for (const rpc::TaskMetrics& metrics : message.heartbeat().tasks()) {
        if (JobRuntime* runtime = job(metrics.job_id())) {
          runtime->OnMetrics(metrics, message.heartbeat().time_ms());
        }
      }
    } else if (message.has_output()) {
      OnOutput(message.output());
    } else if (message.has_state_page()) {
      OnStatePage(message.state_page());
    } else if (message.has_rows()) {
      if (JobRuntime* runtime = job(message.rows().job_id())) runtime->OnRows(message.rows());
    } else if (auto report = ToJobReport(message)) {
      if (report->epoch != epoch()) return;  // to an earlier leader
      JobRuntime* runtime = job(report->job_id);
      if (runtime == nullptr) return;
      if (message.task_state().has_metrics()) runtime->OnMetrics(message.task_state().metrics(), 0);
      runtime->Handle(std::move(report->event));
    }
  });
}

void Dispatcher::Detach(TaskManagerId task_manager, Status cause) {
  loop_->Post([this, task_manager, cause = std::move(cause)] { Lose(task_manager, cause); });
}

void Dispatcher::Lose(TaskManagerId id, const Status& cause) {
  const auto it = task_managers_.find(id);
  if (it == task_managers_.end()) return;
  const Status lost =
      UnavailableError("lost task manager " + std::to_string(id.value()) + " (" +
                       it->second.registration.data_address() + ", pid " +
                       std::to_string(it->second.registration.pid()) + "): " + cause.message() +
                       "; if it died, its log says of what");
  LOG(kWarning) << lost.message();
  Tell({.severity = ClusterEvent::kWarning,
        .text = std::string(lost.message()),
        .task_manager = std::to_string(id.value())});
  it->second.link->Close(lost);
  task_managers_.erase(it);
  resources_.Lost(id);
  GiveUpReading(0, id);
  GiveUpReadingState(0, id);
  for (const auto& [job_id, job] : jobs_) job->Handle(job_event::TaskManagerLost{id, lost});
}

// ---- JobHost

void Dispatcher::RunAside(std::function<void()> work) {
  copies_->Submit([work = std::move(work)] {
    work();
    return true;
  });
}

void Dispatcher::RequestSlots(const std::string& job_id, int32_t count) {
  Give(resources_.Request(job_id, count));
}

void Dispatcher::ReleaseSlots(const std::string& job_id) { Give(resources_.Release(job_id)); }

void Dispatcher::Give(const ResourceManager::Grants& grants) {
  // At once: until the job knows its slots, it could not be told that one of them is lost.
  for (const ResourceManager::Grant& grant : grants) {
    const auto it = jobs_.find(grant.job);
    if (it != jobs_.end()) it->second->Handle(job_event::SlotsGranted{grant.slots});
  }
}

std::string Dispatcher::WhyWaiting(const std::string& job_id) const {
  return resources_.WaitingReason(job_id);
}

void Dispatcher::Send(TaskManagerId to, rpc::JobManagerMessage message) {
  const auto it = task_managers_.find(to);
  if (it != task_managers_.end()) it->second.link->Send(std::move(message));
}

std::string Dispatcher::DataAddress(TaskManagerId task_manager) const {
  const auto it = task_managers_.find(task_manager);
  return it == task_managers_.end() ? "" : it->second.registration.data_address();
}

void Dispatcher::Post(const std::string& job_id, std::function<void(JobRuntime&)> then) {
  loop_->Post([this, job_id, then = std::move(then)] {
    const auto it = jobs_.find(job_id);
    if (it != jobs_.end()) then(*it->second);
  });
}

void Dispatcher::Tell(ClusterEvent event) {
  event.text = WithoutSecrets(std::move(event.text));
  events_.Add(std::move(event), WallNow());
}

void Dispatcher::JobEnded(const std::string& job_id, JobState state, const Status& cause) {
  const auto it = jobs_.find(job_id);
  CHECK(it != jobs_.end());
  std::shared_ptr<const JobSnapshot> last = it->second->Snapshot();
  jobs_.erase(it);
  Remember(std::move(last));
  if (state == JobState::kSuspended) StepDown(cause);
}

void Dispatcher::CheckLeader() {
  submissions_->Submit([this] {
    const Status leader = store_->CheckLeader();
    if (leader.code() == StatusCode::kFailedPrecondition) {
      loop_->Post([this, leader] { StepDown(leader); });
    }
    return true;
  });
}

void Dispatcher::StepDown(const Status& cause) {
  if (std::exchange(stepped_down_, true)) return;
  for (const auto& [id, job] : jobs_) job->Handle(job_event::LeadershipLost{cause});
  if (options_.on_leadership_lost) options_.on_leadership_lost(cause);
}

void Dispatcher::Remember(std::shared_ptr<const JobSnapshot> job) {
  ended_.push_back(std::move(job));
  while (ended_.size() > options_.ended_jobs_kept) {
    CleanUp(ended_.front(), /*forget=*/true);
    ended_.pop_front();
  }
}

// Its checkpoints, of which an earlier job manager, or an attempt of this one that failed, may have
// left some; before it is forgotten, for nobody would find them then.
void Dispatcher::CleanUp(std::shared_ptr<const JobSnapshot> job, bool forget) {
  // Neither submissions nor looking after who leads wait for a slow disk, and copies end before.
  RunAside([this, job = std::move(job), forget] {
    const std::string& id = job->details.summary().job_id();
    LogScope scope({.job = id});
    Status s = store_->CheckLeader();
    if (s.ok() && !job->checkpoint_dir.empty()) {
      CheckpointStorage checkpoints(environment_.file_system, job->checkpoint_dir);
      s = CleanUpCheckpoints(checkpoints,
                             KeepsCheckpoints(job->options.checkpoints.retention, job->state));
    }
    if (s.ok() && forget) s = store_->Remove({id});
    if (!s.ok()) LOG(kWarning) << (forget ? "forget" : "clean up behind") << " the job: " << s;
  });
}

Timestamp Dispatcher::Now() const {
  if (Planted("deadlines-by-the-wall-clock")) return WallNow();
  return environment_.clock->SteadyNow();
}

std::optional<Timestamp> Dispatcher::AfterRound() {
  const Timestamp now = Now();
  std::vector<TaskManagerId> silent;
  std::optional<Timestamp> next;
  const auto sooner = [&](Timestamp t) { next = next ? std::min(*next, t) : t; };
  for (const auto& [id, task_manager] : task_managers_) {
    if (!task_manager.monitored) continue;
    const Timestamp deadline = task_manager.last_heard + options_.heartbeat_timeout_ms;
    if (now >= deadline) {
      silent.push_back(id);
    } else {
      sooner(deadline);
    }
  }
  for (TaskManagerId id : silent) {
    Lose(id, DeadlineExceededError("no heartbeat for " +
                                   std::to_string(options_.heartbeat_timeout_ms) + " ms"));
  }
  for (const auto& [id, task_manager] : task_managers_) {
    if (!resources_.IsDraining(id) || resources_.JobsOn(id).empty()) continue;
    if (now >= task_manager.move_at) MoveJobsAway(id, now);
    sooner(task_manager.move_at);
  }
  GiveUpReading(now, std::nullopt);
  for (const auto& [request, reading] : readings_) sooner(reading.give_up_at);
  GiveUpReadingState(now, std::nullopt);
  for (const auto& [number, reading] : state_readings_) sooner(reading.give_up_at);
  if (options_.leader_check_interval_ms > 0 && !stepped_down_) {
    if (now >= leader_check_at_) {
      leader_check_at_ = now + options_.leader_check_interval_ms;
      CheckLeader();
    }
    sooner(leader_check_at_);
  }
  for (const auto& [id, job] : jobs_) {
    job->Tick();
    if (const auto wakeup = job->NextWakeup()) sooner(*wakeup);
  }
  return next;
}

}  // namespace weir
