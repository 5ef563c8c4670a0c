#include "common/base/failpoint.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

namespace weir {
namespace {

Status Strike(const std::string& folder, std::string_view step) {
  const std::string path = folder + "/" + std::string(step);
  const std::string taken = path + "." + std::to_string(::getpid());
  if (::rename(path.c_str(), taken.c_str()) != 0) return OkStatus();  // nobody asks for it
  std::string what;
  int ms = 0;
  std::ifstream(taken) >> what >> ms;
  if (what == "crash") ::kill(::getpid(), SIGKILL);
  if (what == "fault") ::raise(SIGSEGV);
  if (what == "hang") {
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    return OkStatus();
  }
  return UnavailableError("failpoint " + std::string(step));
}

}  // namespace

Status Failpoint(std::string_view step) {
  static const char* const folder = std::getenv("WEIR_FAILPOINTS");
  if (folder == nullptr) [[likely]]
    return OkStatus();
  return Strike(folder, step);
}

}  // namespace weir
