#include "bench/limits/stream_loop.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "bench/limits/measure.h"
#include "proto/exchange.grpc.pb.h"

namespace weir::limits {
namespace {

class Receiver final : public rpc::Exchange::Service {
 public:
  grpc::Status Open(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<rpc::ExchangeCredit, rpc::ExchangeFrame>* stream) override {
    rpc::ExchangeFrame frame;
    while (stream->Read(&frame)) bytes_ += static_cast<int64_t>(frame.payload().size());
    return grpc::Status::OK;
  }
  int64_t bytes() const { return bytes_; }

 private:
  int64_t bytes_ = 0;
};

}  // namespace

void StreamFrames(int64_t frames, int64_t bytes) {
  Receiver receiver;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&receiver);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  auto stub = rpc::Exchange::NewStub(
      grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  auto stream = stub->Open(&context);
  rpc::ExchangeFrame frame;
  frame.set_payload(std::string(static_cast<size_t>(bytes), 'x'));
  for (int64_t i = 0; i < frames; ++i) {
    frame.set_sequence(static_cast<uint64_t>(i));
    if (!stream->Write(frame)) Die("the stream broke");
  }
  stream->WritesDone();
  if (grpc::Status status = stream->Finish(); !status.ok()) Die(status.error_message());
  server->Shutdown();
  if (receiver.bytes() != frames * bytes) Die("frames were lost");
}

}  // namespace weir::limits
