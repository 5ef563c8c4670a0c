#include <gtest/gtest.h>

#include <string>

#include "jobmanager/dispatcher_harness.h"

namespace weir {
namespace {

// A task manager that answers for its tasks as `answer` says; or not, where it is null.
class ReadManager : public FakeTaskManager {
 public:
  using FakeTaskManager::FakeTaskManager;
  void Send(rpc::JobManagerMessage message) override {
    if (message.has_read_state()) {
      std::lock_guard lock(asked_mutex_);
      asked_.push_back(message.read_state());
      if (!answer) return;
      rpc::TaskManagerMessage reply;
      *reply.mutable_state_page() = answer(message.read_state());
      reply.mutable_state_page()->set_request(message.read_state().request());
      to->OnMessage(id, reply);
      return;
    }
    FakeTaskManager::Send(std::move(message));
  }
  std::vector<rpc::ReadState> asked() {
    std::lock_guard lock(asked_mutex_);
    return asked_;
  }
  std::function<rpc::StatePage(const rpc::ReadState&)> answer;
  Dispatcher* to = nullptr;
  TaskManagerId id;

 private:
  std::mutex asked_mutex_;
  std::vector<rpc::ReadState> asked_;
};

// The real time, and some more.
class ShiftedClock : public Clock {
 public:
  Timestamp WallNow() const override { return Real().WallNow() + ahead_ms; }
  int64_t MonotonicNanos() const override { return Real().MonotonicNanos() + ahead_ms * 1'000'000; }
  std::atomic<int64_t> ahead_ms{0};
};

class ReadStateTest : public DispatcherTest {
 protected:
  ~ReadStateTest() override { dispatcher_.reset(); }  // before its clock

  void Begin() {
    DispatcherEnvironment environment;
    environment.clock = &clock_;
    dispatcher_ = std::make_unique<Dispatcher>(DispatcherOptions{}, JobStore::InMemory(), nullptr,
                                               std::move(environment));
    ASSERT_TRUE(dispatcher_->Start().ok());
    manager_ = std::make_shared<ReadManager>(dispatcher_.get(),
                                             FakeTaskManager::Behaviour{.end_input = false});
    manager_->to = dispatcher_.get();
    manager_->id = manager_->Attach(2);
    job_ = Submit(TestJob()).jobs(0).job_id();
    WaitFor(job_, [&](const auto& d) { return d.summary().tasks_running() == 2; });
  }
  static rpc::StateRequest Request(const std::string& job, const std::string& uid) {
    rpc::StateRequest request;
    request.set_job_id(job);
    request.set_uid(uid);
    request.set_table("group");
    request.set_limit(5);
    return request;
  }
  rpc::StateReply Read(const std::string& job, const std::string& uid) {
    return Await<rpc::StateReply>(
        [&](auto done) { dispatcher_->ReadState(Request(job, uid), done); });
  }

  ShiftedClock clock_;
  std::shared_ptr<ReadManager> manager_;
  std::string job_;
};

TEST_F(ReadStateTest, AsksTheTaskOfTheOperator) {
  Begin();
  manager_->answer = [](const rpc::ReadState& question) {
    rpc::StatePage page;
    page.set_count(1);
    page.set_rows(question.uid() + " " + question.table());
    return page;
  };
  const rpc::StateReply reply = Read(job_, "op-1");
  EXPECT_FALSE(reply.has_error()) << reply.DebugString();
  ASSERT_EQ(reply.batches_size(), 1);
  EXPECT_EQ(reply.batches(0), "op-1 group");
  const auto asked = manager_->asked();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].job_id(), job_);
  EXPECT_EQ(asked[0].vertex(), 1u);
  EXPECT_EQ(asked[0].limit(), 5);
  EXPECT_EQ(asked[0].attempt(), manager_->Get(&FakeTaskManager::last_).attempt());
}

TEST_F(ReadStateTest, AsksEveryTaskWhatTablesThereAre) {
  Begin();
  manager_->answer = [](const rpc::ReadState& question) {
    rpc::StatePage page;
    rpc::StateTable* table = page.add_tables();
    table->set_uid("op-" + std::to_string(question.vertex()));
    table->set_vertex(question.vertex());
    return page;
  };
  const rpc::StateReply reply = Read(job_, "");
  ASSERT_EQ(reply.tables_size(), 2) << reply.DebugString();
  EXPECT_EQ(reply.tables(1).uid(), "op-1");
}

TEST_F(ReadStateTest, SaysWhyThereIsNoAnswer) {
  Begin();
  const auto code = [](const rpc::StateReply& reply) {
    return static_cast<StatusCode>(reply.error().code());
  };
  EXPECT_EQ(code(Read("nobody", "op-1")), StatusCode::kNotFound);
  EXPECT_EQ(code(Read(job_, "op-7")), StatusCode::kNotFound);
  manager_->answer = [](const rpc::ReadState&) {
    rpc::StatePage page;
    *page.mutable_failure() = ToProto(UnavailableError("the task has ended"));
    return page;
  };
  EXPECT_EQ(Read(job_, "op-1").error().message(), "sink (1/1): the task has ended");
  // Whoever waits hears that the task manager is lost; what comes after that is for nobody.
  manager_->answer = nullptr;
  std::promise<rpc::StateReply> waiting;
  dispatcher_->ReadState(Request(job_, "op-1"),
                         [&](rpc::StateReply reply) { waiting.set_value(std::move(reply)); });
  for (int i = 0; i < 12000 && manager_->asked().size() < 2; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  dispatcher_->Detach(manager_->id, UnavailableError("gone"));
  const rpc::StateReply lost = waiting.get_future().get();
  EXPECT_EQ(lost.error().message(), "sink (1/1): its task manager is lost");
  WaitForState(job_, "FAILED");
  EXPECT_EQ(code(Read(job_, "op-1")), StatusCode::kFailedPrecondition);
}

TEST_F(ReadStateTest, DoesNotWaitForEver) {
  Begin();
  std::promise<rpc::StateReply> waiting;
  dispatcher_->ReadState(Request(job_, "op-1"),
                         [&](rpc::StateReply reply) { waiting.set_value(std::move(reply)); });
  auto answer = waiting.get_future();
  Get(job_);
  EXPECT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  clock_.ahead_ms = 10'001;
  Get(job_);  // the dispatcher looks at its clock
  const rpc::StateReply reply = answer.get();
  EXPECT_EQ(static_cast<StatusCode>(reply.error().code()), StatusCode::kDeadlineExceeded);
  EXPECT_NE(reply.error().message().find("sink (1/1) has not answered within 10 s"),
            std::string::npos);
}

}  // namespace
}  // namespace weir
