#include "jobmanager/dispatcher.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "common/fs/simulated_file_system.h"
#include "jobmanager/dispatcher_harness.h"

namespace weir {
namespace {

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
  for (int i = 0; i < 6000 && manager->Get(&FakeTaskManager::closed_).empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
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

// One that died between the end of a job and the last of its files.
TEST_F(DispatcherTest, TheNextJobManagerRemovesWhatOneHasLeftOfEndedJobs) {
  namespace fs = std::filesystem;
  const auto folder = [&](const std::string& id) { return fs::path(dir_) / "checkpoints" / id; };
  const auto leave = [&](const fs::path& file) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "left";
  };
  Make(true);
  std::string gone, kept;
  {
    auto manager = Manager({.end_input = false});
    manager->Attach(2);
    const auto ends = [&](const std::string& retention) {
      const std::string id =
          Submit(TestJob(false, {{kCheckpointInterval, "20 ms"},
                                 {"execution.checkpointing.externalized-checkpoint-retention",
                                  retention}}))
              .jobs(0)
              .job_id();
      WaitFor(id, [](const auto& d) {
        return d.checkpoints_size() > 1 && d.checkpoints(1).state() == "COMPLETED";
      });
      Cancel(id);
      WaitForState(id, "CANCELED");
      return id;
    };
    gone = ends("DELETE_ON_CANCELLATION");
    kept = ends("RETAIN_ON_CANCELLATION");
    WaitFor(gone, [&](const auto&) { return !fs::exists(folder(gone)); });
  }
  dispatcher_.reset();
  leave(folder(gone) / "chk-99" / "manifest");
  leave(folder(gone) / "shared" / "99-of-it");
  leave(folder(kept) / "shared" / "99-of-none");
  Make(true);
  WaitFor(kept, [&](const auto&) {
    return !fs::exists(folder(gone)) && !fs::exists(folder(kept) / "shared" / "99-of-none");
  });
  int manifests = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder(kept))) {
    if (entry.path().filename() == "manifest") ++manifests;
  }
  EXPECT_GE(manifests, 1);
}

// Neither memory nor the store grows with the jobs that were.
TEST_F(DispatcherTest, EndedJobsBeyondALimitAreForgotten) {
  constexpr int kKept = 3;
  const DispatcherOptions options{.ended_jobs_kept = kKept};
  std::vector<std::string> ids;
  const auto listed = [&] {
    std::set<std::string> found;
    const auto reply = Await<rpc::ListJobsReply>([&](auto done) { dispatcher_->ListJobs(done); });
    for (const auto& job : reply.jobs()) found.insert(job.job_id());
    return found;
  };
  Make(true, options);
  {
    auto manager = Manager({});
    manager->Attach(1);
    for (int i = 0; i < 2 * kKept; ++i) {
      ids.push_back(Submit(TestJob()).jobs(0).job_id());
      WaitForState(ids.back(), "FINISHED");
    }
    // A job is seen to have ended a moment before those that it pushes out are gone.
    const std::set<std::string> newest(ids.end() - kKept, ids.end());
    WaitFor(ids.back(), [&](const auto&) { return listed() == newest; });
    EXPECT_EQ(Get(ids[0]).error().message(), "there is no job " + ids[0]);
  }
  Make(true, options);  // a new leader with the same folder
  EXPECT_EQ(listed(), std::set<std::string>(ids.end() - kKept, ids.end()));
  const auto stored = [&] {
    std::set<std::string> found;
    for (const auto& job : std::filesystem::directory_iterator(dir_ + "/ha/jobs")) {
      found.insert(job.path().filename());
    }
    return found;
  };
  WaitFor(ids.back(), [&](const auto&) { return stored() == listed(); });
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

TEST_F(DispatcherTest, AnOldFailureIsNoReasonOfAJobThatRuns) {
  Make();
  auto manager = Manager({.end_input = false});
  manager->Attach(1);
  const std::string id = Submit(TestJob(false, {{"restart-strategy.type", "fixed-delay"},
                                                {"restart-strategy.fixed-delay.delay", "1 ms"}}))
                             .jobs(0)
                             .job_id();
  WaitFor(id, [](const auto& d) { return d.summary().tasks_running() == 2; });
  manager->Fail(1, UnavailableError("database down"));
  const auto details = WaitFor(id, [](const auto& d) {
    return d.summary().restarts() == 1 && d.summary().tasks_running() == 2;
  });
  EXPECT_EQ(details.summary().reason(), "");
  EXPECT_EQ(details.failures(0), "unavailable: database down") << "that is where it is kept";
}

TEST_F(DispatcherTest, AScriptNamesTheSavepointItBeginsWith) {
  Make();
  auto manager = Manager({.end_input = false});
  manager->Attach(1);
  const std::string nowhere = "file://" + dir_ + "/nowhere";
  const auto refused = Submit(TestJob(false, {{"execution.savepoint.path", nowhere}}));
  EXPECT_NE(refused.error().message().find(dir_ + "/nowhere"), std::string::npos)
      << "else it would begin anew: " << refused.error().message();
}

// What is planned depends on what the job manager says of all jobs.
TEST_F(DispatcherTest, APlanIsMadeWithTheDefaultsOfTheJobManager) {
  struct Asked : JobCompiler {
    void Compile(rpc::SubmitRequest request, Done done) override {
      asked = std::move(request);
      Result result;
      result.jobs = {TestJob()};
      done(std::move(result));
    }
    void Explain(rpc::SubmitRequest request, Done done) override {
      asked = std::move(request);
      done({});
    }
    void Complete(std::string, size_t, std::function<void(Completions)>) override {}
    rpc::SubmitRequest asked;
  } compiler;
  DispatcherOptions options;
  options.default_config = {{"parallelism.default", "3"}, {"execution.checkpointing.dir", "/all"}};
  dispatcher_ = std::make_unique<Dispatcher>(options, JobStore::InMemory(), &compiler);
  ASSERT_TRUE(dispatcher_->Start().ok());
  const auto submit = [&](const rpc::SubmitRequest& request) {
    const auto reply =
        Await<rpc::SubmitReply>([&](auto done) { dispatcher_->Submit(request, done); });
    EXPECT_EQ(reply.error().code(), 0u) << reply.error().message();
    const auto& said = compiler.asked.options();
    return std::map<std::string, std::string>(said.begin(), said.end());
  };
  EXPECT_EQ(submit({}), options.default_config);
  rpc::SubmitRequest request;
  request.set_parallelism(2);
  (*request.mutable_options())["state.checkpoints.dir"] = "/mine";
  EXPECT_EQ(submit(request),
            (std::map<std::string, std::string>{{"state.checkpoints.dir", "/mine"}}));
  Await<JobCompiler::Result>([&](auto done) { dispatcher_->Explain({}, done); });
  EXPECT_EQ(compiler.asked.options().at("parallelism.default"), "3");
  compiler.asked.Clear();
  Await<JobCompiler::Result>([&](auto done) { dispatcher_->Validate({}, done); });
  EXPECT_EQ(compiler.asked.options().at("parallelism.default"), "3");
  dispatcher_.reset();  // before the compiler
}

// What a job shows is what it was planned with.
TEST_F(DispatcherTest, AParallelismThatWasSaidStandsBesideNoDefault) {
  using Config = std::map<std::string, std::string>;
  struct Echo : JobCompiler {
    void Compile(rpc::SubmitRequest request, Done done) override {
      Result result;
      const auto& said = request.options();
      result.jobs = {TestJob(false, {said.begin(), said.end()})};
      done(std::move(result));
    }
    void Explain(rpc::SubmitRequest, Done done) override { done({}); }
    void Complete(std::string, size_t, std::function<void(Completions)>) override {}
  } compiler;
  DispatcherOptions options;
  options.default_config = {{"parallelism.default", "3"}, {"restart-strategy.type", "none"}};
  dispatcher_ = std::make_unique<Dispatcher>(options, JobStore::InMemory(), &compiler);
  ASSERT_TRUE(dispatcher_->Start().ok());
  const auto shown = [&](const rpc::SubmitReply& reply) {
    EXPECT_EQ(reply.jobs_size(), 1) << reply.error().message();
    const rpc::JobDetails details = Get(reply.jobs(0).job_id());
    const auto& config = details.graph().config();
    return Config(config.begin(), config.end());
  };
  rpc::SubmitRequest request;
  const auto submit = [&](auto done) { dispatcher_->Submit(request, done); };
  EXPECT_EQ(shown(Await<rpc::SubmitReply>(submit)), options.default_config);
  request.set_parallelism(2);
  EXPECT_EQ(shown(Await<rpc::SubmitReply>(submit)), (Config{{"restart-strategy.type", "none"}}));
  EXPECT_EQ(shown(Submit(TestJob())), (Config{{"restart-strategy.type", "none"}}))
      << "it comes planned";
  dispatcher_.reset();  // before the compiler
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
    void Complete(std::string, size_t, std::function<void(Completions)>) override {}
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

// The file that makes them jobs has its name already when the sync of its folder fails.
TEST_F(FailingStoreTest, WhatWasRefusedIsNotFoundByTheNextJobManager) {
  int syncs = 0;
  MakeOn([&](const std::string& operation) {
    // The removal fails once, too.
    if (operation != "sync folder ha/submissions") return OkStatus();
    return ++syncs <= 2 ? UnavailableError("input/output error") : OkStatus();
  });
  const rpc::SubmitReply reply = SubmitScript();
  EXPECT_NE(reply.error().message().find("input/output error"), std::string::npos);
  EXPECT_EQ(reply.error().message().find("taken back"), std::string::npos);
  EXPECT_EQ(reply.jobs_size(), 0);
  EXPECT_GE(syncs, 3);
  EXPECT_EQ(CountJobs(), 0);
  disk_->Crash(0);
  MakeOn(nullptr);
  EXPECT_EQ(CountJobs(), 0);
  // The next one goes through, whole.
  EXPECT_EQ(SubmitScript().jobs_size(), 2);
  EXPECT_EQ(CountJobs(), 2);
  for (const std::string& file : disk_->Files()) {
    EXPECT_EQ(file.find("submissions/"), std::string::npos) << file;
  }
}

TEST_F(FailingStoreTest, WhatCannotBeTakenBackIsNamed) {
  bool broken = false;
  MakeOn([&](const std::string& operation) {
    broken = broken || operation == "sync folder ha/submissions";
    return broken ? UnavailableError("read-only file system") : OkStatus();
  });
  const std::string message = SubmitScript().error().message();
  for (const char* part : {"read-only file system", "job1", "job2", "weir list"}) {
    EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
  }
  EXPECT_EQ(CountJobs(), 0);
}

// The machine loses its power at each operation of the submission in turn.
TEST_F(FailingStoreTest, TheJobsOfAScriptAreThereTogetherOrNotAtAll) {
  int none = 0, all = 0;
  for (int at = 0;; ++at) {
    for (uint64_t seed = 0; seed < 4; ++seed) {
      disk_ = std::make_shared<SimulatedFileSystem>();
      int operations = 0;
      MakeOn([&](const std::string&) {
        return operations++ >= at ? UnavailableError("no power") : OkStatus();
      });
      SubmitScript();
      if (operations <= at) {  // it went through
        EXPECT_GT(none, 0);
        EXPECT_GT(all, 0);
        return;
      }
      disk_->SetHook(nullptr);
      dispatcher_.reset();
      disk_->Crash(seed * 0x9e3779b97f4a7c15u);
      MakeOn(nullptr);
      const int jobs = CountJobs();
      EXPECT_TRUE(jobs == 0 || jobs == 2) << jobs << " of 2 jobs after operation " << at;
      ++(jobs == 0 ? none : all);
    }
  }
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
  ASSERT_TRUE((*store)->Add({job}).ok());
  JobRecord record{.state = JobState::kFailed, .cause = DataLossError("rows")};
  record.first_discoveries["uid"] = "bytes";
  record.stop = JobRecord::Stop{.savepoint_dir = "/s", .drain = true};
  record.stop_failure = "disk full";
  record.savepoint = "/s/savepoint-1";
  record.parallelism = 3;
  ASSERT_TRUE((*store)->SetState("abc", ToStoredState(record)).ok());
  auto entries = (*store)->Load();
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 1u);
  const JobRecord read = ToJobRecord((*entries)[0].state);
  EXPECT_EQ(read.state, JobState::kFailed);
  EXPECT_EQ(read.cause, record.cause);
  EXPECT_EQ(read.first_discoveries, record.first_discoveries);
  ASSERT_TRUE(read.stop.has_value());
  EXPECT_EQ(read.stop->savepoint_dir, "/s");
  EXPECT_TRUE(read.stop->drain);
  EXPECT_EQ(read.stop_failure, "disk full");
  EXPECT_EQ(read.savepoint, "/s/savepoint-1");
  EXPECT_EQ(read.parallelism, 3);

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
