#pragma once

#include <memory>
#include <string>

#include "taskmanager/exchange/data_transport.h"

namespace weir {

// Channels between task managers over gRPC: one stream for each sender, receiver and attempt,
// opened by the sender, with the frames of many channels one way and their credits the other. The
// receiver reads whatever comes, credits bound what comes: a blocked channel never blocks its
// neighbours.
class GrpcTransport : public DataTransport {
 public:
  // Serves on `bind_address` ("127.0.0.1:0": any free port).
  static StatusOr<std::unique_ptr<GrpcTransport>> Start(const std::string& bind_address);
  // Ends all streams; nobody is told anything afterwards.
  ~GrpcTransport() override;

  // The port it serves on.
  int port() const;

  void Open(const AttemptKey& attempt, std::vector<Incoming> incoming) override;
  std::unique_ptr<OutputChannel> Connect(const AttemptKey& attempt, Outgoing outgoing) override;
  void Close(const AttemptKey& attempt) override;

 private:
  class Impl;
  explicit GrpcTransport(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace weir
