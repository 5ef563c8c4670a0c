#include "taskmanager/task_manager.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "common/base/logging.h"
#include "common/base/process_usage.h"
#include "common/base/random_id.h"
#include "common/base/version.h"
#include "common/http/http_server.h"
#include "taskmanager/control_client.h"
#include "taskmanager/exchange/grpc_transport.h"
#include "taskmanager/task_executor.h"
#include "taskmanager/worker_pool.h"

namespace weir {
namespace {

constexpr std::chrono::seconds kMeasurePatience(5);

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "unknown";
}

}  // namespace

std::string AdvertisedHost(const TaskManagerOptions& options, const std::string& host_name) {
  if (!options.advertised_host.empty()) return options.advertised_host;
  const bool wildcard = options.bind_address == "0.0.0.0" || options.bind_address == "[::]";
  return wildcard ? host_name : options.bind_address;
}

class TaskManager::Impl {
 public:
  Status Start(const TaskManagerOptions& options, const EnvironmentFactory& make_environment) {
    int workers = options.workers;
    if (workers <= 0) workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    ASSIGN_OR_RETURN(transport_, GrpcTransport::Start(options.bind_address + ":" +
                                                      std::to_string(options.data_port)));
    pool_ = std::make_unique<WorkerPool>(workers, options.io_threads);
    TaskEnvironment environment = make_environment(pool_.get());
    environment.executor = pool_.get();
    environment.transport = transport_.get();
    const std::shared_ptr<MemoryBudget> state_memory = environment.state_memory;
    executor_ = std::make_shared<TaskExecutor>(
        std::move(environment),
        [this](rpc::TaskManagerMessage message) { client_->Send(std::move(message)); });
    rpc::Register registration;
    registration.set_weir_version(std::string(kWeirVersion));
    registration.set_protocol_version(std::string(kProtocolVersion));
    registration.set_data_address(AdvertisedHost(options, HostName()) + ":" +
                                  std::to_string(transport_->port()));
    registration.set_slots(options.slots);
    registration.set_pid(getpid());
    registration.set_host(HostName());
    registration.set_instance(RandomHexId());
    const MachineSize machine = ReadMachineSize();
    registration.set_cpu_cores(machine.cpu_cores);
    registration.set_physical_memory_bytes(machine.memory_bytes);
    if (state_memory) {
      registration.set_state_memory_bytes(static_cast<int64_t>(state_memory->limit()));
    }
    client_ = std::make_unique<ControlClient>(
        options.jobmanager, std::move(registration),
        ControlClient::Callbacks{
            .message = [this](rpc::JobManagerMessage m) { executor_->Handle(std::move(m)); },
            .disconnected = [this] { executor_->Disconnected(); },
            .refused = [this](Status why) { End(std::move(why)); }});
    client_->Start();
    reporter_ = std::make_unique<DogStatsDReporter>(
        options.dogstatsd,
        MetricFamilies::Labels{{"process", "taskmanager"},
                               {"instance", AdvertisedHost(options, HostName()) + ":" +
                                                std::to_string(transport_->port())}},
        [this] { return MeasureNow(); });
    if (options.metrics_port < 0) return OkStatus();
    for (int port = options.metrics_port;; ++port) {
      auto started = HttpServer::Start({.bind_address = options.bind_address, .port = port},
                                       [this](HttpRequest request, HttpServer::Respond respond) {
                                         Measure(request, std::move(respond));
                                       });
      const bool taken = started.status().code() == StatusCode::kAlreadyExists;
      if (taken && port < options.last_metrics_port) continue;
      ASSIGN_OR_RETURN(metrics_, std::move(started));
      return OkStatus();
    }
  }

  ~Impl() {
    reporter_.reset();
    if (metrics_) metrics_->Stop();
    if (executor_) {
      std::promise<void> down;
      executor_->Shutdown([&down] { down.set_value(); });
      down.get_future().wait();
    }
    // First whoever calls into the workers, then the workers, then what they use.
    if (client_) client_->Stop();
    pool_.reset();
    executor_.reset();
    client_.reset();
    transport_.reset();
  }

  int data_port() const { return transport_->port(); }
  int metrics_port() const { return metrics_ ? metrics_->port() : 0; }

  Status Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    ended_.wait(lock, [this] { return end_.has_value(); });
    return *end_;
  }
  void End(Status why) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!end_) end_ = std::move(why);
    ended_.notify_all();
  }

 private:
  std::optional<MetricFamilies> MeasureNow() {
    const auto answer = std::make_shared<std::promise<MetricFamilies>>();
    auto measured = answer->get_future();
    executor_->Measure(MetricNames::kPrometheus, [answer](MetricFamilies families) {
      answer->set_value(std::move(families));
    });
    if (measured.wait_for(kMeasurePatience) != std::future_status::ready) return std::nullopt;
    MetricFamilies families = measured.get();
    AddProcessFamilies(families);
    return families;
  }

  void Measure(const HttpRequest& request, HttpServer::Respond respond) {
    const bool ours = request.segments == std::vector<std::string>{"metrics"};
    if (!ours && request.segments != std::vector<std::string>{"metrics", "flink"}) {
      return respond({.status = 404, .body = "there are /metrics and /metrics/flink\n"});
    }
    executor_->Measure(
        ours ? MetricNames::kPrometheus : MetricNames::kFlink,
        [ours, respond = std::move(respond)](MetricFamilies families) {
          if (ours) AddProcessFamilies(families);
          respond({.content_type = std::string(kMetricsContentType), .body = families.Text()});
        });
  }

  std::unique_ptr<GrpcTransport> transport_;
  std::unique_ptr<WorkerPool> pool_;
  std::shared_ptr<TaskExecutor> executor_;
  std::unique_ptr<ControlClient> client_;
  std::unique_ptr<HttpServer> metrics_;
  std::unique_ptr<DogStatsDReporter> reporter_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::optional<Status> end_;
};

TaskManager::TaskManager(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TaskManager::~TaskManager() = default;

StatusOr<std::unique_ptr<TaskManager>> TaskManager::Start(const TaskManagerOptions& options,
                                                          const EnvironmentFactory& environment) {
  auto impl = std::make_unique<Impl>();
  RETURN_IF_ERROR(impl->Start(options, environment));
  return std::unique_ptr<TaskManager>(new TaskManager(std::move(impl)));
}

int TaskManager::data_port() const { return impl_->data_port(); }
int TaskManager::metrics_port() const { return impl_->metrics_port(); }
Status TaskManager::Wait() { return impl_->Wait(); }
void TaskManager::Stop() { impl_->End(OkStatus()); }

}  // namespace weir
