#include "taskmanager/control_client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "common/base/logging.h"
#include "proto/control.grpc.pb.h"

namespace weir {
namespace {

constexpr auto kFirstPause = std::chrono::milliseconds(50);
constexpr auto kLongestPause = std::chrono::milliseconds(1000);
constexpr int kMaxMessageBytes = 256 << 20;

}  // namespace

class ControlClient::Impl {
 public:
  Impl(std::string address, rpc::Register registration, Callbacks callbacks)
      : address_(std::move(address)),
        registration_(std::move(registration)),
        callbacks_(std::move(callbacks)) {}

  void Start() {
    reader_ = std::thread([this] { Live(); });
  }

  void Stop() {
    if (!reader_.joinable()) return;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopped_ = true;
      if (context_) context_->TryCancel();
    }
    changed_.notify_all();
    reader_.join();
  }

  void Send(rpc::TaskManagerMessage message) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!connected_) return;
      outbox_.push_back(std::move(message));
    }
    changed_.notify_all();
  }

 private:
  using Stream = grpc::ClientReaderWriter<rpc::TaskManagerMessage, rpc::JobManagerMessage>;

  // Stream after stream.
  void Live() {
    auto pause = kFirstPause;
    bool complained = false;
    while (true) {
      bool heard = false;
      const grpc::Status status = OneStream(&heard);
      std::unique_lock<std::mutex> lock(mutex_);
      if (stopped_ || refused_) return;
      lock.unlock();
      if (heard) {
        callbacks_.disconnected();
        pause = kFirstPause;
        complained = false;
      }
      if (!complained) {
        LOG(kWarning) << "no connection to the job manager at " << address_ << ": "
                      << (status.error_message().empty() ? "it closed the stream"
                                                         : status.error_message())
                      << "; trying again until it is back";
        complained = true;
      }
      lock.lock();
      changed_.wait_for(lock, pause, [this] { return stopped_; });
      if (stopped_) return;
      pause = std::min<std::chrono::milliseconds>(pause * 2, kLongestPause);
    }
  }

  grpc::Status OneStream(bool* heard) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
    arguments.SetMaxSendMessageSize(kMaxMessageBytes);
    // A job manager whose machine has vanished without a word.
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 5000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
    // We keep our own time between attempts.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    auto stub = rpc::JobManagerControl::NewStub(
        grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments));
    grpc::ClientContext context;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (stopped_) return grpc::Status::CANCELLED;
      context_ = &context;
      outbox_.clear();
      connected_ = true;
    }
    std::unique_ptr<Stream> stream = stub->Connect(&context);
    std::thread writer([this, &stream] { Write(*stream); });
    rpc::JobManagerMessage message;
    while (stream->Read(&message)) {
      if (message.has_refused()) {
        Refuse(message.refused().reason());
        context.TryCancel();
        break;
      }
      if (!std::exchange(*heard, true)) {
        LOG(kInfo) << "registered with the job manager at " << address_;
      }
      callbacks_.message(std::move(message));
      message.Clear();
    }
    {
      std::lock_guard<std::mutex> lock(mutex_);
      connected_ = false;
      context_ = nullptr;
    }
    changed_.notify_all();
    context.TryCancel();  // a write that waits for a dead peer returns
    writer.join();
    return stream->Finish();
  }

  void Write(Stream& stream) {
    rpc::TaskManagerMessage first;
    *first.mutable_register_() = registration_;
    if (!stream.Write(first)) return;
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return !connected_ || !outbox_.empty(); });
      if (!connected_) return;
      std::deque<rpc::TaskManagerMessage> messages = std::exchange(outbox_, {});
      lock.unlock();
      for (const rpc::TaskManagerMessage& message : messages) {
        if (!stream.Write(message)) return;
      }
      lock.lock();
    }
  }

  void Refuse(const std::string& reason) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      refused_ = true;
    }
    callbacks_.refused(FailedPreconditionError("the job manager at " + address_ +
                                               " refused this task manager: " + reason));
  }

  const std::string address_;
  const rpc::Register registration_;
  const Callbacks callbacks_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<rpc::TaskManagerMessage> outbox_;
  grpc::ClientContext* context_ = nullptr;  // of the stream that is open
  bool connected_ = false;
  bool stopped_ = false;
  bool refused_ = false;
  std::thread reader_;
};

ControlClient::ControlClient(std::string address, rpc::Register registration, Callbacks callbacks)
    : impl_(std::make_unique<Impl>(std::move(address), std::move(registration),
                                   std::move(callbacks))) {}
ControlClient::~ControlClient() { impl_->Stop(); }

void ControlClient::Start() { impl_->Start(); }
void ControlClient::Stop() { impl_->Stop(); }

void ControlClient::Send(rpc::TaskManagerMessage message) { impl_->Send(std::move(message)); }

}  // namespace weir
