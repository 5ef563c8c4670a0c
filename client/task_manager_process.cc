#include "client/task_manager_process.h"

#include <signal.h>

#include <thread>

#include "client/scratch_folder.h"
#include "client/task_environment.h"
#include "common/base/crash_handler.h"
#include "common/base/logging.h"

namespace weir {
Status RunTaskManager(const TaskManagerOptions& options, const std::string& state_dir,
                      uint64_t state_bytes) {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ASSIGN_OR_RETURN(const std::unique_ptr<ScratchFolder> scratch,
                   ScratchFolder::Make("weir-taskmanager", state_dir));
  WriteCrashReportTo(scratch->crash_report());
  ASSIGN_OR_RETURN(std::unique_ptr<TaskManager> manager,
                   TaskManager::Start(options, [&](Executor* executor) {
                     return MakeTaskEnvironment(executor, scratch->path(), state_bytes);
                   }));
  LOG(kInfo) << "task manager with " << options.slots << " slots, data port "
             << manager->data_port() << ", job manager " << options.jobmanager;
  if (manager->metrics_port() > 0) {
    LOG(kInfo) << "metrics for Prometheus on http://" << options.bind_address << ":"
               << manager->metrics_port() << "/metrics";
  }
  // Waits for signals, or for the one that we send ourselves at the end.
  std::thread waiter([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    manager->Stop();
  });
  const Status ended = manager->Wait();
  pthread_kill(waiter.native_handle(), SIGTERM);
  waiter.join();
  LOG(kInfo) << "task manager ends" << (ended.ok() ? "" : ": " + ended.ToString());
  return ended;
}

}  // namespace weir
