#include "connectors/testing/services.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace weir {

int FreePort() {
  int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  EXPECT_EQ(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(descriptor);
  return ntohs(address.sin_port);
}

std::unique_ptr<TestService> TestService::Start(const std::string& name) {
  int port = FreePort();
  std::string folder =
      (std::filesystem::temp_directory_path() / ("weir-" + name + "-" + std::to_string(port)))
          .string();
  std::unique_ptr<TestService> service(new TestService(name, folder, port));
  EXPECT_TRUE(service->Run("start", "--dir " + folder)) << "cannot start " << name;
  return service;
}

TestService::~TestService() {
  Stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void TestService::Stop() {
  std::string command = "deploy/services/" + name_ + " stop --dir " + folder_ + " >/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

void TestService::Restart() { EXPECT_TRUE(Run("start", "--dir " + folder_)); }

bool TestService::Run(const std::string& command, const std::string& arguments) {
  std::string line = "deploy/services/" + name_ + " " + command + " --port " +
                     std::to_string(port_) + " " + arguments + " >/dev/null";
  return std::system(line.c_str()) == 0;
}

}  // namespace weir
