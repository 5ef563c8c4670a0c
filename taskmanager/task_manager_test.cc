#include "taskmanager/task_manager.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "proto/control.grpc.pb.h"
#include "taskmanager/executor_harness.h"

namespace weir {
namespace {

// The gRPC end of a job manager that decides nothing.
class FakeJobManager : public rpc::JobManagerControl::Service {
 public:
  struct Peer {
    rpc::Register registration;
    grpc::ServerReaderWriter<rpc::JobManagerMessage, rpc::TaskManagerMessage>* stream = nullptr;
    Listener heard;
    bool gone = false;
  };

  explicit FakeJobManager(int port = 0, bool refuse = false) : refuse_(refuse) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    CHECK(server_ && port_ != 0);
  }
  ~FakeJobManager() override {
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int port() const { return port_; }

  grpc::Status Connect(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<rpc::JobManagerMessage, rpc::TaskManagerMessage>* stream) override {
    rpc::TaskManagerMessage message;
    if (!stream->Read(&message) || !message.has_register_()) {
      ADD_FAILURE() << "the first message is no registration";
      return grpc::Status::OK;
    }
    rpc::JobManagerMessage reply;
    if (refuse_) {
      reply.mutable_refused()->set_reason("another version");
      stream->Write(reply);
      return grpc::Status::OK;
    }
    auto peer = std::make_shared<Peer>();
    peer->registration = message.register_();
    peer->stream = stream;
    reply.mutable_registered()->set_epoch(1);
    reply.mutable_registered()->set_heartbeat_interval_ms(20);
    stream->Write(reply);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      peers_.push_back(peer);
      changed_.notify_all();
    }
    while (stream->Read(&message)) peer->heard.Hear(message);
    std::lock_guard<std::mutex> lock(mutex_);
    peer->gone = true;
    peer->stream = nullptr;
    changed_.notify_all();
    return grpc::Status::OK;
  }

  std::shared_ptr<Peer> WaitForPeer(size_t index) {
    std::unique_lock<std::mutex> lock(mutex_);
    bool there =
        changed_.wait_for(lock, std::chrono::seconds(60), [&] { return peers_.size() > index; });
    CHECK(there) << "no task manager registered";
    return peers_[index];
  }
  bool WaitUntilGone(const std::shared_ptr<Peer>& peer) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return peer->gone; });
  }
  void Tell(const std::shared_ptr<Peer>& peer, const rpc::JobManagerMessage& message) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (peer->stream) peer->stream->Write(message);
  }

 private:
  const bool refuse_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Peer>> peers_;
};

std::unique_ptr<TaskManager> StartTaskManager(const std::string& jobmanager) {
  TaskManagerOptions options;
  options.jobmanager = jobmanager;
  options.slots = 2;
  options.workers = 2;
  auto manager = TaskManager::Start(options, [](Executor* executor) {
    return CountingEnvironment(*executor, {{.id = "s0", .position = "0:1", .hash = 0}});
  });
  CHECK(manager.ok()) << manager.status().ToString();
  return std::move(*manager);
}

class TaskManagerTest : public testing::Test {
 protected:
  // The counting job at parallelism 2: subtask i of each vertex on peers[i], collect on peers[0].
  void Deploy(const std::vector<std::shared_ptr<FakeJobManager::Peer>>& peers, int64_t attempt) {
    for (uint32_t self = 0; self < 2; ++self) {
      rpc::JobManagerMessage message;
      rpc::DeployTasks* deploy = message.mutable_deploy();
      Address(deploy, attempt);
      *deploy->mutable_graph() = CountingJob(2, 100);
      for (uint32_t vertex = 0; vertex < 3; ++vertex) {
        for (uint32_t i = 0; i < (vertex == 2 ? 1u : 2u); ++i) {
          rpc::TaskLocation* location = deploy->add_locations();
          location->set_vertex(vertex);
          location->set_subtask(i);
          location->set_data_address(peers[i]->registration.data_address());
          if (i != self) continue;
          deploy->add_subtasks()->set_vertex(vertex);
          deploy->mutable_subtasks()->rbegin()->set_subtask(i);
        }
      }
      master_.Tell(peers[self], message);
    }
  }
  void Assign(const std::vector<std::shared_ptr<FakeJobManager::Peer>>& peers, int64_t attempt,
              int64_t each, bool no_more) {
    for (uint32_t i = 0; i < 2; ++i) {
      rpc::JobManagerMessage message;
      rpc::AssignSplits* assign = message.mutable_assign_splits();
      Address(assign, attempt);
      assign->set_subtask(i);
      assign->set_no_more(no_more);
      rpc::Split* split = assign->add_splits();
      split->set_id("s" + std::to_string(i));
      split->set_position(std::to_string(i * each) + ":" + std::to_string((i + 1) * each));
      master_.Tell(peers[i], message);
    }
  }
  template <class Message>
  static void Address(Message* m, int64_t attempt) {
    m->set_epoch(1);
    m->set_job_id("job");
    m->set_attempt(attempt);
  }
  std::map<std::string, std::set<int64_t>> FetchAll(
      const std::shared_ptr<FakeJobManager::Peer>& peer, int64_t attempt) {
    std::map<std::string, std::set<int64_t>> got;
    for (int64_t offset = 0;;) {
      peer->heard.Clear();
      rpc::JobManagerMessage message;
      rpc::FetchRows* fetch = message.mutable_fetch_rows();
      fetch->set_job_id("job");
      fetch->set_attempt(attempt);
      fetch->set_vertex(2);
      fetch->set_offset(offset);
      fetch->set_max_batches(100);
      master_.Tell(peer, message);
      rpc::Rows rows;
      bool answered = peer->heard.WaitFor([&](const auto& messages) {
        for (const auto& m : messages) {
          if (!m.has_rows()) continue;
          rows = m.rows();
          return true;
        }
        return false;
      });
      if (!answered) {
        ADD_FAILURE() << "no rows";
        return got;
      }
      for (const std::string& bytes : rows.batches()) {
        auto elements = DecodeElements(bytes, PairSchema());
        const Batch& batch = std::get<Batch>((*elements)[0]);
        for (size_t r = 0; r < batch.rows(); ++r) {
          got[batch.column(0)->GetValue(r).string()].insert(batch.column(1)->GetValue(r).integer());
        }
      }
      offset += rows.batches_size();
      if (rows.finished()) return got;
    }
  }

  FakeJobManager master_;
};

// The whole way: control by gRPC, rows by gRPC between two task managers, and back to the client.
TEST(AdvertisedHostTest, IsSomebodysAddress) {
  struct Case {
    std::string bind, advertised, told;
  };
  for (const Case& c : {Case{"127.0.0.1", "", "127.0.0.1"}, Case{"0.0.0.0", "", "machine"},
                        Case{"[::]", "", "machine"}, Case{"0.0.0.0", "10.1.2.3", "10.1.2.3"}}) {
    const TaskManagerOptions options{.bind_address = c.bind, .advertised_host = c.advertised};
    EXPECT_EQ(AdvertisedHost(options, "machine"), c.told);
  }
}

TEST_F(TaskManagerTest, TwoRunOneJob) {
  auto a = StartTaskManager(master_.address());
  auto first = master_.WaitForPeer(0);
  auto b = StartTaskManager(master_.address());
  auto second = master_.WaitForPeer(1);
  EXPECT_EQ(first->registration.slots(), 2);
  EXPECT_NE(first->registration.instance(), second->registration.instance());
  Deploy({first, second}, 1);
  Assign({first, second}, 1, 20000, true);
  auto counts = FetchAll(first, 1);
  ASSERT_EQ(counts.size(), 10u);
  for (const auto& [key, seen] : counts) {
    EXPECT_EQ(seen.size(), 4000u) << key;
    EXPECT_EQ(*seen.rbegin(), 4000) << key;
  }
  EXPECT_TRUE(second->heard.WaitFor([](const auto& messages) {
    for (const auto& m : messages) {
      if (m.has_heartbeat() && m.heartbeat().tasks_size() == 2) return true;
    }
    return false;
  }));
}

TEST_F(TaskManagerTest, ALostTaskManagerFailsTheTasksThatTalkedToIt) {
  auto a = StartTaskManager(master_.address());
  auto first = master_.WaitForPeer(0);
  auto b = StartTaskManager(master_.address());
  auto second = master_.WaitForPeer(1);
  Deploy({first, second}, 1);
  Assign({first, second}, 1, 1000, false);
  ASSERT_TRUE(first->heard.WaitForStates(rpc::RUNNING, 3));
  ASSERT_TRUE(second->heard.WaitForStates(rpc::RUNNING, 2));
  b.reset();
  EXPECT_TRUE(master_.WaitUntilGone(second));
  ASSERT_TRUE(first->heard.WaitForStates(rpc::FAILED, 1));
  for (const auto& m : first->heard.messages()) {
    if (!m.has_task_state() || m.task_state().state() != rpc::FAILED) continue;
    EXPECT_EQ(m.task_state().failure().code(), static_cast<uint32_t>(StatusCode::kUnavailable));
    EXPECT_NE(m.task_state().failure().message().find("task manager"), std::string::npos);
  }
  // It serves the next attempt all the same.
  auto c = StartTaskManager(master_.address());
  auto third = master_.WaitForPeer(2);
  Deploy({first, third}, 2);
  Assign({first, third}, 2, 500, true);
  EXPECT_EQ(FetchAll(first, 2).size(), 10u);
}

TEST(ControlTest, ConnectsAgainWhenTheJobManagerIsBackAndCancelsWhatItRan) {
  auto master = std::make_unique<FakeJobManager>();
  const int port = master->port();
  auto manager = StartTaskManager(master->address());
  master->WaitForPeer(0);
  master.reset();
  master = std::make_unique<FakeJobManager>(port);
  auto again = master->WaitForPeer(0);
  EXPECT_TRUE(again->heard.WaitFor([](const auto& messages) { return messages.size() > 2; }));
  manager->Stop();
  EXPECT_TRUE(manager->Wait().ok());
}

TEST(ControlTest, EndsWhenItIsRefused) {
  FakeJobManager master(0, /*refuse=*/true);
  auto manager = StartTaskManager(master.address());
  Status end = manager->Wait();
  EXPECT_EQ(end.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(end.message().find("another version"), std::string::npos);
}

TEST(ControlTest, APortInUseIsAClearError) {
  FakeJobManager master;
  TaskManagerOptions options;
  options.jobmanager = master.address();
  options.data_port = master.port();
  auto manager =
      TaskManager::Start(options, [](Executor* e) { return CountingEnvironment(*e, {}); });
  ASSERT_FALSE(manager.ok());
  EXPECT_NE(manager.status().message().find(std::to_string(master.port())), std::string::npos);
}

}  // namespace
}  // namespace weir
