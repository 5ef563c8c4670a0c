#include "jobmanager/rpc/control_server.h"

#include <arpa/inet.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "jobmanager/rpc/port_holder.h"
#include "jobmanager/rpc/services.h"

namespace weir {
namespace {

// Whether somebody listens there already. gRPC would only say so in its log.
bool IsTaken(const std::string& address, int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  bool taken = false;
  if (inet_pton(AF_INET, address.c_str(), &to.sin_addr) == 1) {
    taken = bind(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0 && errno == EADDRINUSE;
  }
  close(fd);
  return taken;
}

class GrpcControlServer : public ControlServer {
 public:
  explicit GrpcControlServer(Dispatcher* dispatcher)
      : control_(NewTaskManagerService(dispatcher)), client_(NewClientService(dispatcher)) {}
  ~GrpcControlServer() override { Stop(); }

  Status Listen(const std::string& address, int port) {
    if (port != 0 && IsTaken(address, port)) {
      const std::string holder = PortHolder(port);
      return AlreadyExistsError("port " + std::to_string(port) + " is in use" +
                                (holder.empty() ? "" : " by " + holder) +
                                ": stop it, or choose another port with --rpc-port");
    }
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address + ":" + std::to_string(port),
                             grpc::InsecureServerCredentials(), &port_);
    // Two job managers on one port would each get half of the calls.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    // A peer whose machine has vanished without a word.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 5000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
    // Task managers do the same; gRPC would allow a ping in five minutes.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
    builder.SetMaxReceiveMessageSize(256 << 20);
    builder.SetMaxSendMessageSize(256 << 20);
    builder.RegisterService(control_.get());
    builder.RegisterService(client_.get());
    server_ = builder.BuildAndStart();
    if (server_ != nullptr && port_ != 0) return OkStatus();
    return UnavailableError("cannot listen on " + address + ":" + std::to_string(port));
  }

  int port() const override { return port_; }

  void Stop() override {
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
    server_->Wait();
    server_.reset();
  }

 private:
  const std::unique_ptr<grpc::Service> control_;
  const std::unique_ptr<grpc::Service> client_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace

StatusOr<std::unique_ptr<ControlServer>> ControlServer::Start(Dispatcher* dispatcher,
                                                              const std::string& address,
                                                              int port) {
  auto server = std::make_unique<GrpcControlServer>(dispatcher);
  RETURN_IF_ERROR(server->Listen(address, port));
  return StatusOr<std::unique_ptr<ControlServer>>(std::move(server));
}

}  // namespace weir
