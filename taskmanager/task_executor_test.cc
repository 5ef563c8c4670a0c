#include "taskmanager/task_executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <set>
#include <thread>

#include "state/memory/memory_cold_store.h"
#include "taskmanager/executor_harness.h"

namespace weir {
namespace {

// Plays the job manager of the counting job against one task executor.
class TaskExecutorTest : public testing::Test {
 protected:
  static constexpr int kParallelism = 2;

  TaskExecutorTest()
      : dir_(testing::TempDir() + "/weir_executor_test_" + std::to_string(getpid())),
        pool_(std::make_unique<WorkerPool>(2, 2)) {
    std::filesystem::create_directories(dir_);
    MakeExecutor({{.id = "s0", .position = "0:5000", .hash = 0},
                  {.id = "s1", .position = "5000:10000", .hash = 1}});
  }
  ~TaskExecutorTest() override {
    std::mutex mutex;
    std::condition_variable changed;
    bool down = false;
    executor_->Shutdown([&] {
      std::lock_guard<std::mutex> lock(mutex);
      down = true;
      changed.notify_all();
    });
    {
      std::unique_lock<std::mutex> lock(mutex);
      EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return down; }));
    }
    pool_.reset();
    std::filesystem::remove_all(dir_);
  }

  void MakeExecutor(std::vector<SourceSplit> splits) {
    TaskEnvironment environment = CountingEnvironment(*pool_, std::move(splits));
    environment.state_memory = memory_;
    environment.cold_store = [this]() -> StatusOr<std::unique_ptr<ColdStore>> {
      ++cold_stores_;
      return MakeMemoryColdStore();
    };
    executor_ = std::make_shared<TaskExecutor>(
        std::move(environment),
        [this](rpc::TaskManagerMessage message) { heard_.Hear(std::move(message)); });
  }

  template <class Fill>
  void Tell(Fill fill) {
    rpc::JobManagerMessage message;
    fill(message);
    executor_->Handle(std::move(message));
  }
  template <class Message>
  void Address(Message* m, int64_t attempt = 1, int64_t epoch = 1) {
    m->set_epoch(epoch);
    m->set_job_id("job");
    m->set_attempt(attempt);
  }
  rpc::DeployTasks Deployment(int64_t attempt = 1, int64_t epoch = 1) {
    rpc::DeployTasks deploy;
    Address(&deploy, attempt, epoch);
    *deploy.mutable_graph() = CountingJob(kParallelism);
    deploy.set_checkpoint_dir(dir_);
    for (uint32_t vertex = 0; vertex < 3; ++vertex) {
      for (uint32_t i = 0; i < (vertex == 2 ? 1 : kParallelism); ++i) {
        rpc::SubtaskDeployment* subtask = deploy.add_subtasks();
        subtask->set_vertex(vertex);
        subtask->set_subtask(i);
      }
    }
    return deploy;
  }
  void Deploy(const rpc::DeployTasks& deploy) {
    Tell([&](auto& m) { *m.mutable_deploy() = deploy; });
  }
  // Gives each source the split of its number and says that there are no more.
  void Assign(const std::vector<std::string>& positions, bool no_more, int64_t attempt = 1) {
    for (uint32_t i = 0; i < positions.size(); ++i) {
      Tell([&](auto& m) {
        rpc::AssignSplits* assign = m.mutable_assign_splits();
        Address(assign, attempt);
        assign->set_subtask(i);
        assign->set_no_more(no_more);
        if (positions[i].empty()) return;
        rpc::Split* split = assign->add_splits();
        split->set_id("s" + std::to_string(i));
        split->set_position(positions[i]);
      });
    }
  }
  // Everything that the query has, until it is finished or `rows` were read.
  std::map<std::string, std::set<int64_t>> Fetch(int64_t attempt, size_t rows) {
    std::map<std::string, std::set<int64_t>> got;
    size_t seen = 0;
    bool finished = false;
    while (!finished && seen < rows) {
      heard_.Clear();
      Tell([&](auto& m) {
        rpc::FetchRows* fetch = m.mutable_fetch_rows();
        fetch->set_job_id("job");
        fetch->set_attempt(attempt);
        fetch->set_vertex(2);
        fetch->set_offset(offset_);
        fetch->set_max_batches(10);
      });
      rpc::Rows reply;
      bool answered = heard_.WaitFor([&](const auto& messages) {
        for (const auto& m : messages) {
          if (m.has_rows()) {
            reply = m.rows();
            return true;
          }
        }
        return false;
      });
      if (!answered) {
        ADD_FAILURE() << "no answer to FetchRows";
        return got;
      }
      EXPECT_EQ(reply.offset(), offset_);
      for (const std::string& bytes : reply.batches()) {
        auto elements = DecodeElements(bytes, PairSchema());
        EXPECT_TRUE(elements.ok()) << elements.status();
        const Batch& batch = std::get<Batch>((*elements)[0]);
        for (size_t i = 0; i < batch.rows(); ++i) {
          got[batch.column(0)->GetValue(i).string()].insert(batch.column(1)->GetValue(i).integer());
        }
        seen += batch.rows();
      }
      offset_ += reply.batches_size();
      finished = reply.finished();
    }
    return got;
  }

  std::string dir_;
  std::unique_ptr<WorkerPool> pool_;
  std::shared_ptr<MemoryBudget> memory_ = std::make_shared<MemoryBudget>(1 << 20);
  std::atomic<int> cold_stores_ = 0;
  Listener heard_;
  std::shared_ptr<TaskExecutor> executor_;
  int64_t offset_ = 0;
};

TEST_F(TaskExecutorTest, RunsABoundedJobToItsEnd) {
  Deploy(Deployment());
  ASSERT_TRUE(heard_.WaitForStates(rpc::RUNNING, 5));
  ASSERT_TRUE(heard_.WaitFor([](const auto& messages) {
    for (const auto& m : messages) {
      if (m.has_splits_discovered() && m.splits_discovered().splits_size() == 2 &&
          m.splits_discovered().final()) {
        return true;
      }
    }
    return false;
  }));
  Assign({"0:5000", "5000:10000"}, true);
  auto counts = Fetch(1, 1'000'000);
  ASSERT_EQ(counts.size(), 10u);
  for (const auto& [key, seen] : counts) {
    EXPECT_EQ(seen.size(), 1000u) << key;
    EXPECT_EQ(*seen.rbegin(), 1000) << key;
  }
  ASSERT_TRUE(heard_.WaitFor([](const auto&) { return true; }));
  for (uint32_t vertex = 0; vertex < 3; ++vertex) {
    for (uint32_t i = 0; i < (vertex == 2 ? 1 : kParallelism); ++i) {
      Tell([&](auto& m) {
        rpc::FinishTask* finish = m.mutable_finish();
        Address(finish);
        finish->set_vertex(vertex);
        finish->set_subtask(i);
      });
    }
  }
  EXPECT_TRUE(heard_.WaitForStates(rpc::FINISHED, 5));
}

TEST_F(TaskExecutorTest, ATaskThatRestsMakesRoomWhenOthersNeedMemory) {
  Deploy(Deployment());
  ASSERT_TRUE(heard_.WaitForStates(rpc::RUNNING, 5));
  Assign({"0:5000", "5000:10000"}, false);
  EXPECT_EQ(Fetch(1, 10'000).size(), 10u);  // and the tasks wait for more
  EXPECT_GT(memory_->held(), 0u);
  EXPECT_EQ(cold_stores_, 0);
  std::vector<std::unique_ptr<MemoryShare>> others;
  for (int i = 0; i < 10'000; ++i) others.push_back(memory_->NewShare());
  others[0]->Hold(1 << 20);
  for (int i = 0; i < 6000 && cold_stores_ < kParallelism; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(cold_stores_, kParallelism) << "nobody told them";
}

TEST_F(TaskExecutorTest, RestoresACheckpointUnderANewAttempt) {
  Deploy(Deployment());
  Assign({"0:3000", "5000:8000"}, false);
  ASSERT_EQ(Fetch(1, 6000).size(), 10u);
  heard_.Clear();
  for (uint32_t i = 0; i < 2; ++i) {
    Tell([&](auto& m) {
      rpc::TriggerCheckpoint* trigger = m.mutable_trigger();
      Address(trigger);
      trigger->set_checkpoint_id(1);
      trigger->set_subtask(i);
    });
  }
  std::map<std::pair<uint32_t, uint32_t>, checkpoint::TaskSnapshot> snapshots;
  ASSERT_TRUE(heard_.WaitFor([&](const auto& messages) {
    for (const auto& m : messages) {
      if (!m.has_snapshot_done()) continue;
      const auto& s = m.snapshot_done().snapshot();
      snapshots[{s.vertex(), s.subtask()}] = s;
    }
    return snapshots.size() == 5;
  }));
  EXPECT_EQ(snapshots.at({0, 0}).operators(0).splits(0).position(), "3000:3000");

  // The next attempt takes over while the first still runs: it is cancelled.
  rpc::DeployTasks second = Deployment(2);
  second.set_restored_checkpoint(1);
  for (rpc::SubtaskDeployment& subtask : *second.mutable_subtasks()) {
    const checkpoint::TaskSnapshot& from = snapshots.at({subtask.vertex(), subtask.subtask()});
    rpc::OperatorRestore* restore = subtask.add_restore();
    restore->set_uid(from.operators(0).uid());
    *restore->mutable_keyed() = from.operators(0).keyed();
  }
  Deploy(second);
  ASSERT_TRUE(heard_.WaitForStates(rpc::CANCELED, 5, 1));
  Assign({"3000:5000", "8000:10000"}, true, 2);
  offset_ = 0;
  auto counts = Fetch(2, 1'000'000);
  for (const auto& [key, seen] : counts) {
    EXPECT_EQ(seen.size(), 400u) << key;
    EXPECT_EQ(*seen.begin(), 601) << key;
    EXPECT_EQ(*seen.rbegin(), 1000) << key;
  }
}

TEST_F(TaskExecutorTest, RefusesOldAttemptsAndOldLeaders) {
  Deploy(Deployment(5, 3));
  ASSERT_TRUE(heard_.WaitForStates(rpc::RUNNING, 5, 5));
  heard_.Clear();
  Deploy(Deployment(4, 3));  // an older attempt
  Deploy(Deployment(6, 2));  // of an older leader
  Tell([&](auto& m) { Address(m.mutable_cancel(), 5, 2); });
  Tell([&](auto& m) {
    rpc::AssignSplits* assign = m.mutable_assign_splits();
    Address(assign, 5, 3);
    assign->set_no_more(true);
  });
  // The last message was worked off when its task has ended its input: nothing else happened.
  ASSERT_TRUE(heard_.WaitFor([](const auto& messages) {
    for (const auto& m : messages) {
      if (m.has_end_of_input()) return true;
    }
    return false;
  }));
  for (const auto& m : heard_.messages()) EXPECT_FALSE(m.has_task_state()) << m.DebugString();
  Tell([&](auto& m) { Address(m.mutable_cancel(), 5, 3); });
  EXPECT_TRUE(heard_.WaitForStates(rpc::CANCELED, 5, 5));
}

TEST_F(TaskExecutorTest, RegistrationCancelsWhatRanBeforeAndStartsHeartbeats) {
  Deploy(Deployment());
  ASSERT_TRUE(heard_.WaitForStates(rpc::RUNNING, 5));
  Tell([&](auto& m) {
    m.mutable_registered()->set_epoch(2);
    m.mutable_registered()->set_heartbeat_interval_ms(20);
  });
  EXPECT_TRUE(heard_.WaitForStates(rpc::CANCELED, 5));
  EXPECT_TRUE(heard_.WaitFor([](const auto& messages) {
    int beats = 0;
    for (const auto& m : messages) {
      beats += m.has_heartbeat() && m.heartbeat().resident_bytes() > 0;
    }
    return beats >= 3;
  }));
}

TEST_F(TaskExecutorTest, AnUnsoundPlanFailsItsTasks) {
  rpc::DeployTasks deploy = Deployment();
  deploy.mutable_graph()->mutable_edges(0)->set_from_node(7);
  Deploy(deploy);
  ASSERT_TRUE(heard_.WaitForStates(rpc::FAILED, 5));
  EXPECT_EQ(heard_.messages()[0].task_state().failure().message(),
            "an edge of the plan leads nowhere");
}

}  // namespace
}  // namespace weir
