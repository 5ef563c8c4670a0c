#include "jobmanager/rpc/port_holder.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

namespace weir {
namespace {

// Inodes of the sockets that listen on `port`, as the kernel lists them.
std::set<std::string> ListeningSockets(int port) {
  std::set<std::string> inodes;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream in(table);
    std::string line;
    std::getline(in, line);  // the heading
    while (std::getline(in, line)) {
      // sl local rem st queues timer retransmits uid timeout inode ...
      std::istringstream fields(line);
      std::string sl, local, remote, state, skip, inode;
      fields >> sl >> local >> remote >> state;
      for (int i = 0; i < 5; ++i) fields >> skip;
      fields >> inode;
      int listening = 0;
      const size_t colon = local.rfind(':');
      if (colon == std::string::npos || state != "0A") continue;
      std::from_chars(local.data() + colon + 1, local.data() + local.size(), listening, 16);
      if (listening == port) inodes.insert(inode);
    }
  }
  return inodes;
}

}  // namespace

std::string PortHolder(int port) {
  namespace fs = std::filesystem;
  const std::set<std::string> inodes = ListeningSockets(port);
  if (inodes.empty()) return "";
  std::error_code ignored;
  for (const auto& process : fs::directory_iterator("/proc", ignored)) {
    const std::string pid = process.path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    for (const auto& fd : fs::directory_iterator(process.path() / "fd", ignored)) {
      const std::string target = fs::read_symlink(fd.path(), ignored);
      if (!target.starts_with("socket:[")) continue;
      if (!inodes.contains(target.substr(8, target.size() - 9))) continue;
      std::string name;
      std::getline(std::ifstream(process.path() / "comm"), name);
      return name + " (pid " + pid + ")";
    }
  }
  return "";
}

}  // namespace weir
