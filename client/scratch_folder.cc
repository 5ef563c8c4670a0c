#include "client/scratch_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "common/base/logging.h"

namespace weir {

namespace {

constexpr char kCrashReport[] = "crash-report";

std::string DefaultParent() {
  const char* set = getenv("TMPDIR");
  return set != nullptr && *set != '\0' ? set : "/tmp";
}

int OpenFolder(const std::string& path) {
  return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

// Whether the path still leads to what was opened.
bool IsStillThere(const std::string& path, int fd) {
  struct stat opened, named;
  return fstat(fd, &opened) == 0 && lstat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

void TellOfCrash(const std::filesystem::path& folder) {
  std::ifstream file(folder / kCrashReport);
  std::string line;
  if (!std::getline(file, line)) return;
  LOG(kError) << "a process that used " << folder.string()
              << " died of a mistake of its own: " << line;
  while (std::getline(file, line)) LOG(kInfo) << line;
}

void RemoveAbandoned(const std::string& prefix, const std::string& parent) {
  constexpr size_t kRandomLetters = 6;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(parent, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix + "-") || name.size() != prefix.size() + 1 + kRandomLetters) {
      continue;
    }
    const int fd = OpenFolder(entry.path().string());
    if (fd < 0) continue;
    struct stat info;
    if (fstat(fd, &info) == 0 && info.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0) {
      TellOfCrash(entry.path());
      std::filesystem::remove_all(entry.path(), ignored);
    }
    close(fd);
  }
}

}  // namespace

StatusOr<std::unique_ptr<ScratchFolder>> ScratchFolder::Make(const std::string& prefix,
                                                             const std::string& parent) {
  const std::string where = parent.empty() ? DefaultParent() : parent;
  RemoveAbandoned(prefix, where);
  while (true) {
    std::string path = where + "/" + prefix + "-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
      return UnavailableError("cannot make a folder like " + path + ": " + std::strerror(errno));
    }
    const int fd = OpenFolder(path);
    if (fd < 0 && errno != ENOENT) {
      return UnavailableError("cannot open " + path + ": " + std::strerror(errno));
    }
    // A file system without locks: nobody else gets one there either.
    if (fd >= 0) (void)flock(fd, LOCK_EX);
    if (fd >= 0 && IsStillThere(path, fd)) {
      return std::unique_ptr<ScratchFolder>(new ScratchFolder(std::move(path), fd));
    }
    // Another process took it for abandoned before it was locked.
    if (fd >= 0) close(fd);
  }
}

std::string ScratchFolder::crash_report() const { return path_ + "/" + kCrashReport; }

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
  close(lock_);
}

}  // namespace weir
