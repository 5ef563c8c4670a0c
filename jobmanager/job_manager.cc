#include "jobmanager/job_manager.h"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "common/base/logging.h"
#include "common/base/version.h"
#include "common/fs/file_system.h"
#include "jobmanager/dispatcher.h"
#include "jobmanager/rest/prometheus.h"
#include "jobmanager/rest/rest_server.h"
#include "jobmanager/rpc/control_server.h"
#include "jobmanager/rpc/port_holder.h"

namespace weir {
namespace {

constexpr std::chrono::seconds kMeasurePatience(5);

// In Flink's words.
std::map<std::string, std::string> ShownConfig(const JobManagerOptions& options) {
  std::map<std::string, std::string> shown = options.config;
  shown["jobmanager.rpc.address"] = options.bind_address;
  shown["jobmanager.rpc.port"] = std::to_string(options.rpc_port);
  shown["rest.address"] = options.rest->bind_address;
  shown["rest.port"] = std::to_string(options.rest->port);
  if (!options.ha_dir.empty()) shown["high-availability.storageDir"] = options.ha_dir;
  return shown;
}

Status PortInUse(const RestOptions& rest) {
  const std::string holder = PortHolder(rest.port);
  return AlreadyExistsError("REST interface: port " + std::to_string(rest.port) + " is in use" +
                            (holder.empty() ? "" : " by " + holder) +
                            ": choose another (--rest-port), or do without (--no-rest)");
}

class RealJobManager : public JobManager {
 public:
  ~RealJobManager() override {
    Stop();
    reporter_.reset();
    if (rest_) rest_->Stop();
    if (server_) server_->Stop();
    if (dispatcher_) dispatcher_->Stop();
  }

  Status Begin(const JobManagerOptions& options, JobCompiler* compiler) {
    std::unique_ptr<JobStore> store = JobStore::InMemory();
    if (!options.ha_dir.empty()) {
      ASSIGN_OR_RETURN(store, JobStore::Open(FileSystem::Local(), options.ha_dir));
    }
    DispatcherOptions dispatcher{.default_config = options.config};
    if (!options.ha_dir.empty()) dispatcher.leader_check_interval_ms = 1000;
    dispatcher.on_leadership_lost = [this](const Status& cause) { End(cause); };
    dispatcher_ = std::make_unique<Dispatcher>(std::move(dispatcher), std::move(store), compiler);
    RETURN_IF_ERROR(dispatcher_->Start());
    ASSIGN_OR_RETURN(
        server_, ControlServer::Start(dispatcher_.get(), options.bind_address, options.rpc_port));
    const std::string address = options.bind_address + ":" + std::to_string(server_->port());
    reporter_ = std::make_unique<DogStatsDReporter>(
        options.dogstatsd,
        MetricFamilies::Labels{{"process", kJobManagerProcess}, {"instance", address}},
        [this] { return MeasureNow(); });
    LOG(kInfo) << "job manager of Weir " << kWeirVersion << " listens on " << options.bind_address
               << ":" << server_->port();
    if (!options.rest) return OkStatus();
    RestOptions rest = *options.rest;
    rest.config = ShownConfig(options);
    rest.shut_down = [this] { End(OkStatus()); };
    auto started = RestServer::Start(dispatcher_.get(), std::move(rest));
    if (started.status().code() == StatusCode::kAlreadyExists) return PortInUse(*options.rest);
    ASSIGN_OR_RETURN(rest_, std::move(started));
    LOG(kInfo) << "REST interface on "
               << (options.rest->certificate_file.empty() ? "http://" : "https://")
               << options.rest->bind_address << ":" << rest_->port();
    return OkStatus();
  }

  int port() const override { return server_->port(); }
  int rest_port() const override { return rest_ ? rest_->port() : 0; }

  Status Wait() override {
    std::unique_lock lock(mutex_);
    ended_cv_.wait(lock, [this] { return ended_.has_value(); });
    return *ended_;
  }
  void Stop() override { End(OkStatus()); }

 private:
  std::optional<MetricFamilies> MeasureNow() {
    const auto answer = std::make_shared<std::promise<std::shared_ptr<const ClusterSnapshot>>>();
    auto cluster = answer->get_future();
    dispatcher_->Snapshot([answer](auto snapshot) { answer->set_value(std::move(snapshot)); });
    if (cluster.wait_for(kMeasurePatience) != std::future_status::ready) return std::nullopt;
    MetricFamilies families = FamiliesOf(*cluster.get());
    AddProcessFamilies(families);
    return families;
  }

  void End(const Status& why) {
    std::lock_guard lock(mutex_);
    if (!ended_) ended_ = why;
    ended_cv_.notify_all();
  }

  std::unique_ptr<RestServer> rest_;  // the dispatcher answers into it until it has stopped
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<ControlServer> server_;
  std::unique_ptr<DogStatsDReporter> reporter_;
  std::mutex mutex_;
  std::condition_variable ended_cv_;
  std::optional<Status> ended_;
};

}  // namespace

StatusOr<std::unique_ptr<JobManager>> JobManager::Start(const JobManagerOptions& options,
                                                        JobCompiler* compiler) {
  auto manager = std::make_unique<RealJobManager>();
  RETURN_IF_ERROR(manager->Begin(options, compiler));
  return StatusOr<std::unique_ptr<JobManager>>(std::move(manager));
}

Status RunJobManager(const JobManagerOptions& options, JobCompiler* compiler) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ASSIGN_OR_RETURN(std::unique_ptr<JobManager> manager, JobManager::Start(options, compiler));
  // Waits for signals, or for the one that we send ourselves at the end.
  std::thread waiter([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    manager->Stop();
  });
  const Status ended = manager->Wait();
  pthread_kill(waiter.native_handle(), SIGTERM);
  waiter.join();
  LOG(kInfo) << "job manager ends" << (ended.ok() ? "" : ": " + ended.ToString());
  return ended;
}

}  // namespace weir
