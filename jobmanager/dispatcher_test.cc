#include "jobmanager/dispatcher.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/base/version.h"
#include "common/fs/simulated_file_system.h"

namespace weir {
namespace {

using std::chrono::milliseconds;

// A task manager whose tasks come up at once and do what the test says next. Runs on the
// dispatcher's thread; answers go through its own OnMessage, as a real one's would.
class FakeTaskManager : public TaskManagerLink,
                        public std::enable_shared_from_this<FakeTaskManager> {
 public:
  struct Behaviour {
    bool discover = true;   // sources report one split
    bool end_input = true;  // tasks reach their end at once
    bool acknowledge = true;
    std::vector<std::string> rows;  // of a SELECT
  };

  FakeTaskManager(Dispatcher* dispatcher, Behaviour behaviour)
      : dispatcher_(dispatcher), behaviour_(std::move(behaviour)) {}

  TaskManagerId Attach(int32_t slots, const std::string& instance = "", bool monitored = false) {
    rpc::Register registration;
    registration.set_weir_version(std::string(kWeirVersion));
    registration.set_protocol_version(std::string(kProtocolVersion));
    registration.set_slots(slots);
    registration.set_host("here");
    registration.set_instance(instance);
    registration.set_data_address("127.0.0.1:1");
    return *dispatcher_->Attach(shared_from_this(), registration, monitored);
  }

  void Send(rpc::JobManagerMessage message) override {
    std::lock_guard lock(mutex_);
    if (message.has_registered()) {
      epoch_ = message.registered().epoch();
      id_ = TaskManagerId(message.registered().task_manager_id());
    }
    if (message.has_deploy()) Deploy(message.deploy());
    if (message.has_assign_splits()) splits_ += message.assign_splits().splits_size();
    if (message.has_trigger()) Snapshot(message.trigger());
    if (message.has_cancel()) EndAll(message.cancel(), rpc::CANCELED);
    if (message.has_finish()) End(message.finish(), rpc::FINISHED);
    if (message.has_fetch_rows()) Rows(message.fetch_rows());
    if (message.has_commit()) commits_.push_back(message.commit());
  }
  void Close(const Status& reason) override {
    std::lock_guard lock(mutex_);
    closed_ = reason.ToString();
  }

  template <class T>
  T Get(T FakeTaskManager::*field) {
    std::lock_guard lock(mutex_);
    return this->*field;
  }
  void Fail(uint32_t vertex, const Status& cause) {
    std::lock_guard lock(mutex_);
    rpc::TaskManagerMessage message;
    auto* m = Stamp(message.mutable_task_state(), last_);
    m->set_vertex(vertex);
    m->set_state(rpc::FAILED);
    *m->mutable_failure() = ToProto(cause);
    dispatcher_->OnMessage(id_, message);
  }
  Behaviour& behaviour() { return behaviour_; }

  int deployments_ = 0;
  int splits_ = 0;
  rpc::DeployTasks last_;
  std::string closed_;
  std::vector<rpc::Commit> commits_;

 private:
  template <class To, class From>
  To* Stamp(To* to, const From& from) {
    to->set_epoch(epoch_);
    to->set_job_id(from.job_id());
    to->set_attempt(from.attempt());
    return to;
  }
  template <class M>
  void End(const M& which, rpc::TaskState state) {
    rpc::TaskManagerMessage message;
    auto* m = Stamp(message.mutable_task_state(), which);
    m->set_vertex(which.vertex());
    m->set_subtask(which.subtask());
    m->set_state(state);
    dispatcher_->OnMessage(id_, message);
  }
  void EndAll(const rpc::CancelTasks& cancel, rpc::TaskState state) {
    for (const auto& subtask : last_.subtasks()) {
      rpc::TaskManagerMessage message;
      auto* m = Stamp(message.mutable_task_state(), cancel);
      m->set_vertex(subtask.vertex());
      m->set_subtask(subtask.subtask());
      m->set_state(state);
      dispatcher_->OnMessage(id_, message);
    }
  }
  void Deploy(const rpc::DeployTasks& deploy) {
    ++deployments_;
    last_ = deploy;
    for (const auto& subtask : deploy.subtasks()) {
      rpc::TaskManagerMessage running;
      auto* m = Stamp(running.mutable_task_state(), deploy);
      m->set_vertex(subtask.vertex());
      m->set_subtask(subtask.subtask());
      m->set_state(rpc::RUNNING);
      dispatcher_->OnMessage(id_, running);
      if (behaviour_.discover && subtask.vertex() == 0 && subtask.subtask() == 0) {
        rpc::TaskManagerMessage discovered;
        auto* d = Stamp(discovered.mutable_splits_discovered(), deploy);
        d->set_final(true);
        d->add_splits()->set_id("split");
        dispatcher_->OnMessage(id_, discovered);
      }
      if (behaviour_.end_input) {
        rpc::TaskManagerMessage ended;
        auto* e = Stamp(ended.mutable_end_of_input(), deploy);
        e->set_vertex(subtask.vertex());
        e->set_subtask(subtask.subtask());
        dispatcher_->OnMessage(id_, ended);
      }
    }
  }
  void Snapshot(const rpc::TriggerCheckpoint& trigger) {
    if (!behaviour_.acknowledge) return;
    // As if the barrier had already arrived everywhere.
    for (const auto& subtask : last_.subtasks()) {
      if (behaviour_.end_input && subtask.vertex() != trigger.vertex()) continue;
      rpc::TaskManagerMessage message;
      auto* done = Stamp(message.mutable_snapshot_done(), trigger);
      done->set_checkpoint_id(trigger.checkpoint_id());
      done->mutable_snapshot()->set_vertex(subtask.vertex());
      done->mutable_snapshot()->set_subtask(subtask.subtask());
      done->mutable_snapshot()->set_finished(behaviour_.end_input);
      auto* op = done->mutable_snapshot()->add_operators();
      op->set_uid("op-" + std::to_string(subtask.vertex()));
      if (subtask.vertex() == 0) {
        op->add_splits()->set_split_id("split");
      }
      dispatcher_->OnMessage(id_, message);
    }
  }
  void Rows(const rpc::FetchRows& fetch) {
    rpc::TaskManagerMessage message;
    auto* rows = message.mutable_rows();
    rows->set_job_id(fetch.job_id());
    rows->set_attempt(fetch.attempt());
    rows->set_offset(fetch.offset());
    const auto& all = behaviour_.rows;
    for (int64_t i = fetch.offset(); i < std::ssize(all) && i < fetch.offset() + 2; ++i) {
      rows->add_batches(all[i]);
    }
    rows->set_finished(fetch.offset() + rows->batches_size() == static_cast<int64_t>(all.size()));
    dispatcher_->OnMessage(id_, message);
  }

  Dispatcher* dispatcher_;
  std::mutex mutex_;
  Behaviour behaviour_;
  TaskManagerId id_;
  int64_t epoch_ = 0;
};

// source -> sink, or -> collect.
JobCompiler::Job TestJob(bool select = false, std::map<std::string, std::string> config = {}) {
  JobCompiler::Job job;
  job.has_results = select;
  job.graph.set_name("test");
  for (uint32_t v = 0; v < 2; ++v) {
    auto* vertex = job.graph.add_vertices();
    vertex->set_id(v);
    vertex->set_name(v == 0 ? "source" : "sink");
    vertex->set_parallelism(1);
    auto* node = vertex->add_chain();
    node->set_uid("op-" + std::to_string(v));
    node->set_parent(-1);
    if (v == 0) node->mutable_source();
    if (v == 1 && select) node->mutable_collect();
  }
  auto* edge = job.graph.add_edges();
  edge->set_to_vertex(1);
  for (const auto& [key, value] : config) (*job.graph.mutable_config())[key] = value;
  return job;
}

class DispatcherTest : public testing::Test {
 protected:
  DispatcherTest() {
    std::string name = testing::TempDir() + "dispatcher-XXXXXX";
    dir_ = mkdtemp(name.data());
  }
  ~DispatcherTest() override {
    dispatcher_.reset();
    std::filesystem::remove_all(dir_);
  }

  void Make(bool durable = false, DispatcherOptions options = {}) {
    dispatcher_.reset();
    auto store = JobStore::InMemory();
    if (durable) {
      auto opened = JobStore::Open(FileSystem::Local(), dir_ + "/ha");
      ASSERT_TRUE(opened.ok()) << opened.status();
      store = *std::move(opened);
    }
    options.checkpoint_root = dir_ + "/checkpoints";
    dispatcher_ = std::make_unique<Dispatcher>(std::move(options), std::move(store), nullptr);
    ASSERT_TRUE(dispatcher_->Start().ok());
  }
  std::shared_ptr<FakeTaskManager> Manager(FakeTaskManager::Behaviour behaviour) {
    return std::make_shared<FakeTaskManager>(dispatcher_.get(), std::move(behaviour));
  }

  // Calls and waits for the answer.
  template <class Reply, class Call>
  Reply Await(Call call) {
    auto promise = std::make_shared<std::promise<Reply>>();
    call([promise](Reply reply) { promise->set_value(std::move(reply)); });
    auto future = promise->get_future();
    EXPECT_EQ(future.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    return future.get();
  }
  rpc::SubmitReply Submit(JobCompiler::Job job, const std::string& savepoint = "") {
    rpc::SubmitRequest request;
    request.set_from_savepoint(savepoint);
    return Await<rpc::SubmitReply>(
        [&](auto done) { dispatcher_->SubmitJob(std::move(job), request, done); });
  }
  rpc::JobDetails Get(const std::string& id) {
    rpc::GetJobRequest request;
    request.set_job_id(id);
    return Await<rpc::JobDetails>([&](auto done) { dispatcher_->GetJob(request, done); });
  }
  rpc::CancelReply Cancel(const std::string& id) {
    rpc::GetJobRequest request;
    request.set_job_id(id);
    return Await<rpc::CancelReply>([&](auto done) { dispatcher_->CancelJob(request, done); });
  }
  rpc::FetchResultsReply Fetch(const std::string& id, int64_t token) {
    rpc::FetchResultsRequest request;
    request.set_job_id(id);
    request.set_token(token);
    return Await<rpc::FetchResultsReply>(
        [&](auto done) { dispatcher_->FetchResults(request, done); });
  }
  // Waits for a job to be as `ready` says; returns its last details.
  template <class Ready>
  rpc::JobDetails WaitFor(const std::string& id, Ready ready) {
    rpc::JobDetails details;
    for (int i = 0; i < 1000; ++i) {
      details = Get(id);
      if (ready(details)) return details;
      std::this_thread::sleep_for(milliseconds(10));
    }
    ADD_FAILURE() << "waited in vain: " << details.summary().DebugString();
    return details;
  }
  rpc::JobDetails WaitForState(const std::string& id, const std::string& state) {
    return WaitFor(id, [&](const auto& d) { return d.summary().state() == state; });
  }

  std::string dir_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

TEST_F(DispatcherTest, RunsABoundedJob) {
  Make();
  auto manager = Manager({});
  manager->Attach(1);
  const auto reply = Submit(TestJob());
  ASSERT_EQ(reply.error().code(), 0u) << reply.error().message();
  const std::string id = reply.jobs(0).job_id();
  const auto details = WaitForState(id, "FINISHED");
  EXPECT_EQ(details.summary().name(), "test");
  EXPECT_EQ(manager->Get(&FakeTaskManager::splits_), 1);
  const auto deploy = manager->Get(&FakeTaskManager::last_);
  EXPECT_EQ(deploy.subtasks_size(), 2);
  EXPECT_EQ(deploy.locations(0).data_address(), "127.0.0.1:1");
  EXPECT_EQ(deploy.lineage(), id);
  // Found by prefix and by name, too.
  EXPECT_EQ(Get(id.substr(0, 8)).summary().job_id(), id);
  EXPECT_EQ(Get("test").summary().job_id(), id);
  EXPECT_EQ(Get("nothing").error().message(), "there is no job nothing");
}

TEST_F(DispatcherTest, WaitsForSlotsWithAReason) {
  Make();
  const std::string id = Submit(TestJob()).jobs(0).job_id();
  EXPECT_EQ(Get(id).summary().reason(),
            "waiting for slots: needs 1 slot, no task manager is registered");
  EXPECT_EQ(Get(id).summary().state(), "RUNNING") << "as in Flink";
  Manager({})->Attach(1);
  WaitForState(id, "FINISHED");
}

TEST_F(DispatcherTest, RowsOfASelectAreReadBeforeTheJobEnds) {
  Make();
  auto manager = Manager({.rows = {"a", "b", "c"}});
  manager->Attach(1);
  const std::string id = Submit(TestJob(true)).jobs(0).job_id();
  WaitFor(id, [](const auto& d) { return d.summary().tasks_running() == 2; });
  std::string rows;
  int64_t token = 0;
  for (bool finished = false; !finished;) {
    const auto reply = Fetch(id, token);
    ASSERT_EQ(reply.error().code(), 0u);
    for (const std::string& batch : reply.batches()) rows += batch;
    token = reply.next_token();
    finished = reply.finished();
  }
  EXPECT_EQ(rows, "abc");
  EXPECT_EQ(token, 3);
  WaitForState(id, "FINISHED");
  EXPECT_TRUE(Fetch(id, 3).finished());
}

TEST_F(DispatcherTest, AFailedSelectSaysWhy) {
  Make();
  auto manager = Manager({.end_input = false});
  manager->Attach(1);
  const std::string id = Submit(TestJob(true)).jobs(0).job_id();
  WaitFor(id, [](const auto& d) { return d.summary().tasks_running() == 2; });
  manager->Fail(0, UnavailableError("broker down"));
  WaitForState(id, "FAILED");
  const auto reply = Fetch(id, 0);
  EXPECT_TRUE(reply.finished());
  EXPECT_EQ(reply.failure(), "unavailable: broker down");
}

TEST_F(DispatcherTest, RestartsFromTheLastCheckpoint) {
  Make();
  auto manager = Manager({.end_input = false});
  manager->Attach(1);
  const std::string id = Submit(TestJob(false, {{"execution.checkpointing.interval", "20 ms"},
                                                {"restart-strategy.type", "fixed-delay"},
                                                {"restart-strategy.fixed-delay.delay", "10 ms"}}))
                             .jobs(0)
                             .job_id();
  WaitFor(id, [](const auto& d) {
    return d.checkpoints_size() > 1 && d.checkpoints(1).state() == "COMPLETED";
  });
  manager->Fail(1, UnavailableError("database down"));
  const auto details = WaitFor(id, [](const auto& d) {
    return d.summary().restarts() == 1 && d.summary().tasks_running() == 2;
  });
  ASSERT_EQ(details.failures_size(), 1);
  EXPECT_EQ(details.failures(0), "unavailable: database down");
  EXPECT_GT(manager->Get(&FakeTaskManager::last_).restored_checkpoint(), 0);

  manager->Fail(1, UnavailableError("database down again"));
  const auto failed = WaitForState(id, "FAILED");
  EXPECT_EQ(failed.summary().reason(), "unavailable: database down again");
}

TEST_F(DispatcherTest, LostTaskManagerIsReplaced) {
  Make();
  auto first = Manager({.end_input = false});
  auto second = Manager({.end_input = false});
  const TaskManagerId lost = first->Attach(1);
  const std::string id = Submit(TestJob(false, {{"restart-strategy.type", "fixed-delay"},
                                                {"restart-strategy.fixed-delay.delay", "1 ms"}}))
                             .jobs(0)
                             .job_id();
  WaitFor(id, [](const auto& d) { return d.summary().tasks_running() == 2; });
  dispatcher_->Detach(lost, UnavailableError("connection reset"));
  WaitFor(id, [](const auto& d) {
    return d.summary().reason().find("no task manager is registered") != std::string::npos;
  });
  EXPECT_NE(first->Get(&FakeTaskManager::closed_), "");
  second->Attach(1);
  WaitFor(id, [](const auto& d) { return d.summary().tasks_running() == 2; });
  EXPECT_EQ(second->Get(&FakeTaskManager::deployments_), 1);
}

TEST_F(DispatcherTest, SilentTaskManagerIsGivenUp) {
  Make(false, {.heartbeat_timeout_ms = 50});
  auto manager = Manager({.end_input = false});
  manager->Attach(1, "a", true);
  for (int i = 0; i < 500 && manager->Get(&FakeTaskManager::closed_).empty(); ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_NE(manager->Get(&FakeTaskManager::closed_).find("no heartbeat for 50 ms"),
            std::string::npos);
}

TEST_F(DispatcherTest, TheSameProcessAgainReplacesItself) {
  Make();
  auto before = Manager({.end_input = false});
  before->Attach(1, "process-a");
  auto after = Manager({.end_input = false});
  after->Attach(1, "process-a");
  const auto cluster = Await<rpc::ClusterInfo>([&](auto done) { dispatcher_->GetCluster(done); });
  EXPECT_EQ(cluster.task_managers_size(), 1);
  EXPECT_NE(before->Get(&FakeTaskManager::closed_), "");
}

TEST_F(DispatcherTest, OtherVersionsAreRefused) {
  Make();
  rpc::Register registration;
  registration.set_weir_version("9.9");
  registration.set_protocol_version("9");
  const auto attached = dispatcher_->Attach(Manager({}), registration, false);
  EXPECT_EQ(attached.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(attached.status().message().find("9.9"), std::string::npos);
}

TEST_F(DispatcherTest, Cancel) {
  Make();
  auto manager = Manager({.end_input = false});
  manager->Attach(1);
  const std::string id = Submit(TestJob()).jobs(0).job_id();
  WaitFor(id, [](const auto& d) { return d.summary().tasks_running() == 2; });
  Cancel(id);
  WaitForState(id, "CANCELED");
  EXPECT_EQ(Cancel(id).state(), "CANCELED");
  EXPECT_EQ(Cancel("x").error().message(), "there is no job x");
}

TEST_F(DispatcherTest, RefusesBadOptions) {
  Make();
  const auto bad = Submit(TestJob(false, {{"restart-strategy.type", "never"}}));
  EXPECT_EQ(bad.jobs_size(), 0);
  EXPECT_NE(bad.error().message().find("restart-strategy.type"), std::string::npos);
  const auto missing = Submit(TestJob(), dir_ + "/no-such-savepoint");
  EXPECT_NE(missing.error().code(), 0u);
  EXPECT_NE(missing.error().message().find("no-such-savepoint"), std::string::npos);
}

TEST_F(DispatcherTest, TheNextJobManagerGoesOn) {
  Make(true);
  std::string running, ended;
  {
    auto manager = Manager({.end_input = false});
    manager->Attach(2);
    running =
        Submit(TestJob(false, {{"execution.checkpointing.interval", "20 ms"}})).jobs(0).job_id();
    WaitFor(running, [](const auto& d) {
      return d.checkpoints_size() > 1 && d.checkpoints(1).state() == "COMPLETED";
    });
    ended = Submit(TestJob()).jobs(0).job_id();
    WaitFor(ended, [](const auto& d) { return d.summary().tasks_running() == 2; });
    Cancel(ended);
    WaitForState(ended, "CANCELED");
  }
  Make(true);  // a new leader with the same folder
  EXPECT_EQ(Get(ended).summary().state(), "CANCELED");
  auto manager = Manager({.end_input = false});
  manager->Attach(1);
  WaitFor(running, [](const auto& d) { return d.summary().tasks_running() == 2; });
  EXPECT_GT(manager->Get(&FakeTaskManager::last_).restored_checkpoint(), 0);
  EXPECT_GT(manager->Get(&FakeTaskManager::last_).attempt(), int64_t{2} << 32);
  EXPECT_EQ(manager->Get(&FakeTaskManager::splits_), 1) << "from the checkpoint";
}

TEST_F(DispatcherTest, FromARetainedCheckpoint) {
  Make();
  auto manager = Manager({.end_input = false});
  manager->Attach(1);
  const std::string id =
      Submit(TestJob(false, {{"execution.checkpointing.interval", "20 ms"},
                             {"execution.checkpointing.externalized-checkpoint-retention",
                              "RETAIN_ON_CANCELLATION"}}))
          .jobs(0)
          .job_id();
  WaitFor(id, [](const auto& d) { return d.checkpoints_size() > 1; });
  Cancel(id);
  const auto details = WaitForState(id, "CANCELED");
  std::string path;
  for (const auto& c : details.checkpoints()) {
    if (path.empty() && c.state() == "COMPLETED") path = c.path();
  }
  ASSERT_TRUE(std::filesystem::exists(path)) << path;
  const std::string next = Submit(TestJob(), path).jobs(0).job_id();
  WaitFor(next, [](const auto& d) { return d.summary().tasks_running() == 2; });
  EXPECT_GT(manager->Get(&FakeTaskManager::last_).restored_checkpoint(), 0);

  JobCompiler::Job other = TestJob();
  other.graph.mutable_vertices(0)->mutable_chain(0)->set_uid("another");
  EXPECT_NE(Submit(other, path).error().message().find("op-0"), std::string::npos);
}

// A store whose disk fails as the test says.
class FailingStoreTest : public DispatcherTest {
 protected:
  // Storage work on the caller's thread, tried again at once.
  class AtOnce : public IoQueue {
   public:
    void Submit(Work work) override {
      while (!work()) {
      }
    }
  };
  void MakeOn(SimulatedFileSystem::Hook hook) {
    disk_->SetHook(nullptr);
    dispatcher_.reset();
    auto store = JobStore::OpenUnlocked(disk_, "ha");
    ASSERT_TRUE(store.ok()) << store.status();
    DispatcherEnvironment environment;
    environment.file_system = disk_;
    environment.make_io = [] { return std::make_unique<AtOnce>(); };
    environment.make_job_id = [this] { return "job" + std::to_string(++last_job_); };
    dispatcher_ = std::make_unique<Dispatcher>(DispatcherOptions(), *std::move(store), &compiler_,
                                               std::move(environment));
    ASSERT_TRUE(dispatcher_->Start().ok());
    disk_->SetHook(std::move(hook));
  }
  rpc::SubmitReply SubmitScript() {
    return Await<rpc::SubmitReply>(
        [&](auto done) { dispatcher_->Submit(rpc::SubmitRequest(), done); });
  }
  int CountJobs() {
    return Await<rpc::ListJobsReply>([&](auto done) { dispatcher_->ListJobs(done); }).jobs_size();
  }

  // A script of two statements.
  struct TwoJobs : JobCompiler {
    void Compile(rpc::SubmitRequest, Done done) override {
      Result result;
      result.jobs = {TestJob(), TestJob()};
      done(std::move(result));
    }
    void Explain(rpc::SubmitRequest, Done) override {}
  };
  std::shared_ptr<SimulatedFileSystem> disk_ = std::make_shared<SimulatedFileSystem>();
  TwoJobs compiler_;
  int last_job_ = 0;
};

// The job file has its name already when the sync of its folder fails.
TEST_F(FailingStoreTest, WhatWasRefusedIsNotFoundByTheNextJobManager) {
  int syncs = 0;
  MakeOn([&](const std::string& operation) {
    // The first is that of the state file; the removal fails once, too.
    if (operation != "sync folder ha/jobs/job2") return OkStatus();
    return ++syncs == 2 || syncs == 3 ? UnavailableError("input/output error") : OkStatus();
  });
  const rpc::SubmitReply reply = SubmitScript();
  EXPECT_NE(reply.error().message().find("input/output error"), std::string::npos);
  EXPECT_EQ(reply.error().message().find("taken back"), std::string::npos);
  EXPECT_EQ(reply.jobs_size(), 0);
  EXPECT_GE(syncs, 4);
  EXPECT_EQ(CountJobs(), 0);
  disk_->Crash(0);
  MakeOn(nullptr);
  EXPECT_EQ(CountJobs(), 0);
  // The next one goes through, whole.
  EXPECT_EQ(SubmitScript().jobs_size(), 2);
  EXPECT_EQ(CountJobs(), 2);
}

TEST_F(FailingStoreTest, WhatCannotBeTakenBackIsNamed) {
  int syncs = 0;
  MakeOn([&](const std::string& operation) {
    if (operation.starts_with("remove")) return UnavailableError("read-only file system");
    if (operation == "sync folder ha/jobs/job1" && ++syncs == 2)
      return UnavailableError("no such device");
    return OkStatus();
  });
  const std::string message = SubmitScript().error().message();
  for (const char* part : {"no such device", "read-only file system", "job1", "weir list"}) {
    EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
  }
  EXPECT_EQ(message.find("job2"), std::string::npos) << message;
  EXPECT_EQ(CountJobs(), 0);
}

TEST(JobStoreTest, OneOwnerAtATime) {
  std::string name = testing::TempDir() + "store-XXXXXX";
  const std::string dir = mkdtemp(name.data());
  auto first = JobStore::Open(FileSystem::Local(), dir);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ((*first)->epoch(), LeaderEpoch(1));
  auto second = JobStore::Open(FileSystem::Local(), dir);
  EXPECT_EQ(second.status().code(), StatusCode::kFailedPrecondition);
  (*first).reset();
  second = JobStore::Open(FileSystem::Local(), dir);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ((*second)->epoch(), LeaderEpoch(2));
  std::filesystem::remove_all(dir);
}

TEST(JobStoreTest, DamageIsRefusedByName) {
  std::string name = testing::TempDir() + "store-XXXXXX";
  const std::string dir = mkdtemp(name.data());
  auto store = JobStore::Open(FileSystem::Local(), dir);
  jobstore::StoredJob job;
  job.set_job_id("abc");
  job.set_name("a job");
  ASSERT_TRUE((*store)->Add(job).ok());
  JobRecord record{.state = JobState::kFailed, .cause = DataLossError("rows")};
  record.first_discoveries["uid"] = "bytes";
  ASSERT_TRUE((*store)->SetState("abc", ToStoredState(record)).ok());
  auto entries = (*store)->Load();
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 1u);
  const JobRecord read = ToJobRecord((*entries)[0].state);
  EXPECT_EQ(read.state, JobState::kFailed);
  EXPECT_EQ(read.cause, record.cause);
  EXPECT_EQ(read.first_discoveries, record.first_discoveries);

  const std::string path = dir + "/jobs/abc/job";
  auto bytes = FileSystem::Local()->ReadWhole(path, 1 << 20);
  ASSERT_TRUE(bytes.ok());
  for (size_t i = 0; i < bytes->size(); ++i) {
    std::string damaged = *bytes;
    damaged[i] ^= 1;
    ASSERT_TRUE(FileSystem::Local()->WriteAtomically(path, damaged).ok());
    auto loaded = (*store)->Load();
    EXPECT_EQ(loaded.status().code(), StatusCode::kDataLoss) << i;
    EXPECT_NE(loaded.status().message().find(path), std::string::npos);
  }
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace weir
