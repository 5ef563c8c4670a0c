#include "tests/sim/cluster.h"

#include <algorithm>
#include <utility>

#include "common/base/version.h"

namespace weir::sim {
namespace {
constexpr int64_t kBackAfterDeathUs = 200'000;
}

// The job manager's way to a task manager, in its own process.
class Cluster::Link : public TaskManagerLink {
 public:
  Link(std::shared_ptr<Connection> connection, std::weak_ptr<TaskExecutor> executor)
      : connection_(std::move(connection)), executor_(std::move(executor)) {}
  void Send(rpc::JobManagerMessage message) override {
    connection_->Send(1, [executor = executor_, message = std::move(message)] {
      if (const auto alive = executor.lock()) alive->Handle(message);
    });
  }
  void Close(const Status&) override { connection_->Close(1); }

 private:
  const std::shared_ptr<Connection> connection_;
  const std::weak_ptr<TaskExecutor> executor_;
};

Cluster::Cluster(World world, SimFileSystem* disk, int task_managers, int slots)
    : world_(world),
      simulator_(*world.simulator),
      disk_(*disk),
      slots_(slots),
      data_(world.simulator),
      task_managers_(static_cast<size_t>(task_managers)) {}

Cluster::~Cluster() {
  // Closures first: they hold tasks, which hold what the processes own.
  simulator_.Clear();
  for (auto* all : {&task_managers_, &dead_task_managers_}) {
    for (auto& process : *all) {
      if (process != nullptr) process->workers->Abandon();
    }
  }
  for (auto* all : {&task_managers_, &dead_task_managers_}) {
    for (auto& process : *all) {
      if (process != nullptr) process->executor.reset();
    }
  }
}

void Cluster::StartAll() {
  StartJobManager();
  for (int i = 0; i < size(); ++i) StartTaskManager(i);
}

void Cluster::StartJobManager() {
  if (job_manager_ != nullptr) return;
  disk_.TakeDeath();
  auto store =
      JobStore::OpenUnlocked(std::shared_ptr<FileSystem>(&disk_, [](FileSystem*) {}), "/ha");
  if (!store.ok()) {
    SIM_TRACE(simulator_) << "job manager cannot start: " << store.status();
    simulator_.After(100'000, [this] { StartJobManager(); });
    return;
  }
  job_manager_ = std::make_unique<JobManagerProcess>(&simulator_);
  JobManagerProcess& process = *job_manager_;
  SIM_TRACE(simulator_) << "job manager starts with epoch " << (*store)->epoch();
  const auto on_death = [this, life = process.life] { Die(life); };
  DispatcherOptions options{.checkpoint_root = CheckpointRoot(),
                            .heartbeat_interval_ms = 300,
                            .heartbeat_timeout_ms = 2000,
                            .leader_check_interval_ms = 500};
  options.on_leadership_lost = [this, life = process.life](const Status& cause) {
    SIM_TRACE(simulator_) << "a job manager ends: " << cause;
    life->alive = false;
    if (job_manager_ == nullptr || job_manager_->life != life) return;
    simulator_.Violation("the only job manager believes in another one: " + cause.ToString());
  };
  DispatcherEnvironment environment{
      .file_system = std::shared_ptr<FileSystem>(&disk_, [](FileSystem*) {}),
      .clock = &process.clock,
      .make_loop = [this,
                    life = process.life] { return std::make_unique<SimLoop>(&simulator_, life); },
      .make_io =
          [this, life = process.life, on_death] {
            return std::make_unique<SimIoQueue>(&simulator_, life, &disk_, on_death, [this, life] {
              if (!usurp_at_work_ || job_manager_ == nullptr || job_manager_->life != life) {
                return false;
              }
              usurp_at_work_ = false;
              UsurpJobManager(simulator_.rng().Between(50'000, 8'000'000));
              return true;
            });
          },
      .make_job_id = [this] { return "job" + std::to_string(++jobs_); }};
  process.dispatcher = std::make_unique<Dispatcher>(std::move(options), *std::move(store), nullptr,
                                                    std::move(environment));
  if (Status s = process.dispatcher->Start(); !s.ok()) {
    if (s.code() == StatusCode::kDataLoss) simulator_.Violation("job store: " + s.ToString());
    SIM_TRACE(simulator_) << "job manager cannot start: " << s;
    KillJobManager(100'000);
  }
}

void Cluster::StartTaskManager(int i) {
  auto& place = task_managers_[static_cast<size_t>(i)];
  if (place != nullptr) return;
  place = std::make_unique<TaskManagerProcess>();
  TaskManagerProcess* process = place.get();
  process->number = i;
  process->address = "tm" + std::to_string(i) + "-" + std::to_string(starts_++);
  SIM_TRACE(simulator_) << "task manager " << process->address << " starts";
  process->workers = std::make_unique<SimExecutor>(&simulator_, process->life, &disk_,
                                                   [this, life = process->life] { Die(life); });
  process->transport = data_.Attach(process->address, process->life);
  TaskEnvironment environment = MakeEnvironment(world_, process->life);
  environment.executor = process->workers.get();
  environment.file_system = std::shared_ptr<FileSystem>(&disk_, [](FileSystem*) {});
  environment.transport = process->transport.get();
  process->executor = std::make_shared<TaskExecutor>(
      std::move(environment), [this, process](rpc::TaskManagerMessage message) {
        if (process->connection == nullptr || !process->life->alive) return;
        // Bound to the stream it was sent on; what a dispatcher does with it is its business.
        process->connection->Send(0, [this, connection = process->connection, message] {
          if (job_manager_ == nullptr) return;
          const auto id = ids_.find(connection.get());
          if (id != ids_.end()) job_manager_->dispatcher->OnMessage(id->second, message);
        });
      });
  Connect(process);
}

void Cluster::Connect(TaskManagerProcess* process) {
  if (!process->life->alive) return;
  if (job_manager_ == nullptr || job_manager_->life->paused_until_us > simulator_.now_us()) {
    simulator_.After(process->life, simulator_.rng().Between(10'000, 200'000),
                     [this, process] { Connect(process); });
    return;
  }
  JobManagerProcess* manager = job_manager_.get();
  auto lost = [this, process](const std::string& why) {
    SIM_TRACE(simulator_) << process->address << " lost its job manager: " << why;
    process->connection = nullptr;
    process->executor->Disconnected();
    simulator_.After(process->life, simulator_.rng().Between(10'000, 200'000),
                     [this, process] { Connect(process); });
  };
  auto id = std::make_shared<std::optional<TaskManagerId>>();
  auto gone = [this, manager, id](const std::string& why) {
    if (*id && job_manager_.get() == manager) {
      manager->dispatcher->Detach(**id, UnavailableError(why));
    }
  };
  auto connection = std::make_shared<Connection>(&simulator_, Connection::End{process->life, lost},
                                                 Connection::End{manager->life, gone});
  process->connection = connection;
  manager->connections.push_back(connection);
  rpc::Register registration;
  registration.set_weir_version(std::string(kWeirVersion));
  registration.set_protocol_version(std::string(kProtocolVersion));
  registration.set_data_address(process->address);
  registration.set_slots(slots_);
  registration.set_host("host" + std::to_string(process->number));
  registration.set_instance(process->address);
  connection->Send(0, [this, manager, connection, registration, id,
                       executor = std::weak_ptr(process->executor)] {
    if (job_manager_.get() != manager) return;
    auto attached = manager->dispatcher->Attach(std::make_shared<Link>(connection, executor),
                                                registration, /*monitored=*/true);
    CHECK(attached.ok()) << attached.status();
    *id = *attached;
    ids_[connection.get()] = *attached;
  });
}

// ---- Faults

void Cluster::Die(const LifePtr& life) {
  if (job_manager_ != nullptr && job_manager_->life == life) {
    return KillJobManager(kBackAfterDeathUs);
  }
  for (int i = 0; i < size(); ++i) {
    const auto& process = task_managers_[static_cast<size_t>(i)];
    if (process != nullptr && process->life == life) return KillTaskManager(i, kBackAfterDeathUs);
  }
  life->alive = false;  // a usurped job manager
}

void Cluster::KillTaskManagerAt(const std::string& address, int64_t back_after_us) {
  for (int i = 0; i < size(); ++i) {
    const auto& process = task_managers_[static_cast<size_t>(i)];
    if (process != nullptr && process->address == address) KillTaskManager(i, back_after_us);
  }
}

void Cluster::KillTaskManager(int i, int64_t back_after_us) {
  auto& process = task_managers_[static_cast<size_t>(i)];
  if (process == nullptr) return;
  SIM_TRACE(simulator_) << "task manager " << process->address << " dies";
  process->life->alive = false;
  if (process->connection != nullptr) process->connection->Cut("the process died", 3000);
  data_.Detach(process->address);
  dead_task_managers_.push_back(std::move(process));
  simulator_.After(back_after_us, [this, i] { StartTaskManager(i); });
}

void Cluster::PauseTaskManager(int i, int64_t for_us) {
  const auto& process = task_managers_[static_cast<size_t>(i)];
  if (process == nullptr) return;
  SIM_TRACE(simulator_) << "task manager " << process->address << " hangs for " << for_us / 1000
                        << " ms";
  process->life->paused_until_us = simulator_.now_us() + for_us;
}

void Cluster::CutControl(int i) {
  const auto& process = task_managers_[static_cast<size_t>(i)];
  if (process == nullptr || process->connection == nullptr) return;
  SIM_TRACE(simulator_) << "control connection of " << process->address << " breaks";
  process->connection->Cut("connection reset", 1'500'000);
}

void Cluster::CutData(int a, int b) {
  const auto& one = task_managers_[static_cast<size_t>(a)];
  const auto& other = task_managers_[static_cast<size_t>(b)];
  if (one == nullptr || other == nullptr || a == b) return;
  SIM_TRACE(simulator_) << "data connections between " << one->address << " and " << other->address
                        << " break";
  data_.Cut(one->address, other->address);
}

void Cluster::KillJobManager(int64_t back_after_us) {
  if (job_manager_ == nullptr) return;
  SIM_TRACE(simulator_) << "job manager dies";
  job_manager_->life->alive = false;
  for (const auto& connection : job_manager_->connections) {
    connection->Cut("the job manager died", 3000);
  }
  past_job_managers_.push_back(std::move(job_manager_));
  simulator_.After(back_after_us, [this] { StartJobManager(); });
}

void Cluster::PauseJobManager(int64_t for_us) {
  if (job_manager_ == nullptr) return;
  SIM_TRACE(simulator_) << "job manager hangs for " << for_us / 1000 << " ms";
  job_manager_->life->paused_until_us = simulator_.now_us() + for_us;
}

void Cluster::UsurpJobManager(int64_t for_us) {
  if (job_manager_ == nullptr) return;
  PauseJobManager(for_us);
  SIM_TRACE(simulator_) << "another one takes over";
  for (const auto& connection : job_manager_->connections) {
    connection->Cut("the job manager does not answer", 3000);
  }
  past_job_managers_.push_back(std::move(job_manager_));
  simulator_.After(simulator_.rng().Between(0, 300'000), [this] { StartJobManager(); });
}

void Cluster::JumpClock(int i, int64_t ms) {
  const auto& task_manager = task_managers_[static_cast<size_t>(std::max(i, 0))];
  if (i < 0 ? job_manager_ == nullptr : task_manager == nullptr) return;
  SIM_TRACE(simulator_) << "the clock of " << (i < 0 ? "the job manager" : task_manager->address)
                        << " jumps by " << ms / 1000 << " s";
  (i < 0 ? job_manager_->life : task_manager->life)->clock_ahead_ms += ms;
}

void Cluster::LosePower(int64_t back_after_us) {
  KillJobManager(back_after_us);
  for (const auto& past : past_job_managers_) past->life->alive = false;
  for (int i = 0; i < size(); ++i) {
    KillTaskManager(i, back_after_us + simulator_.rng().Below(100'000));
  }
  disk_.LosePower();
}

}  // namespace weir::sim
