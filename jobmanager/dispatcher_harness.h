#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/version.h"
#include "jobmanager/dispatcher.h"

// A dispatcher with task managers that are told what to do, for tests.

namespace weir {

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
    if (message.has_trigger() && message.trigger().stop()) EndInput(message.trigger());
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
      if (subtask.vertex() == 0 && subtask.subtask() == 0) {
        op->add_splits()->set_split_id("split");
      }
      dispatcher_->OnMessage(id_, message);
    }
  }
  // The sources stop behind the barrier, the others hear of it.
  void EndInput(const rpc::TriggerCheckpoint& trigger) {
    for (const auto& subtask : last_.subtasks()) {
      rpc::TaskManagerMessage ended;
      auto* e = Stamp(ended.mutable_end_of_input(), trigger);
      e->set_vertex(subtask.vertex());
      e->set_subtask(subtask.subtask());
      dispatcher_->OnMessage(id_, ended);
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

inline constexpr char kCheckpointInterval[] = "execution.checkpointing.interval";

// source -> sink, or -> collect.
inline JobCompiler::Job TestJob(bool select = false,
                                std::map<std::string, std::string> config = {}) {
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
    EXPECT_EQ(future.wait_for(std::chrono::seconds(60)), std::future_status::ready);
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
    for (int i = 0; i < 6000; ++i) {
      details = Get(id);
      if (ready(details)) return details;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
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

}  // namespace weir
