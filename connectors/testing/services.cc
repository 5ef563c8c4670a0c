#include "connectors/testing/services.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace weir {

int FreePort() {
  // Those of all tests are given out in one place.
  FILE* asked = ::popen(
      "PYTHONPATH=deploy/lib python3 -c 'from processes import free_port; print(free_port())'",
      "r");
  int port = 0;
  EXPECT_TRUE(asked && std::fscanf(asked, "%d", &port) == 1)
      << "deploy/lib/processes.py gives none";
  if (asked) ::pclose(asked);
  return port;
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
