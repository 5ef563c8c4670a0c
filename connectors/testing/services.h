#pragma once

#include <memory>
#include <string>

namespace weir {

// A real Kafka broker or PostgreSQL server on a free port of the loopback interface, in a folder of
// its own, for one test binary. Started by deploy/services, from the root of the source tree.
class TestService {
 public:
  // `name`: "kafka" or "postgres". Fails the running test when it cannot start.
  static std::unique_ptr<TestService> Start(const std::string& name);
  ~TestService();

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void Stop();
  void Restart();  // on the same port, with the same data

  // Runs the script with a subcommand: Run("topic", "--create t --partitions 3").
  bool Run(const std::string& command, const std::string& arguments);

 private:
  TestService(std::string name, std::string folder, int port)
      : name_(std::move(name)), folder_(std::move(folder)), port_(port) {}

  const std::string name_, folder_;
  const int port_;
};

// That nobody listens on, and that is given to nobody else before it is used.
int FreePort();

}  // namespace weir
