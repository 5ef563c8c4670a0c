#include "client/scratch_folder.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>

namespace weir {

namespace {

std::string DefaultParent() {
  const char* set = getenv("TMPDIR");
  return set != nullptr && *set != '\0' ? set : "/tmp";
}

}  // namespace

StatusOr<std::unique_ptr<ScratchFolder>> ScratchFolder::Make(const std::string& prefix,
                                                             const std::string& parent) {
  std::string path = (parent.empty() ? DefaultParent() : parent) + "/" + prefix + "-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    return UnavailableError("cannot make a folder like " + path + ": " + std::strerror(errno));
  }
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(std::move(path)));
}

void ScratchFolder::RemoveOnSignal() const {
  // Blocked here and so in every thread to come; one thread waits for them.
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals, path = path_] {
    int signal = 0;
    sigwait(&signals, &signal);
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
    _exit(128 + signal);
  }).detach();
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace weir
