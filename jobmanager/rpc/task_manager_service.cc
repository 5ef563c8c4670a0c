#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "common/base/logging.h"
#include "jobmanager/dispatcher.h"
#include "jobmanager/rpc/services.h"
#include "proto/control.grpc.pb.h"

namespace weir {
namespace {

// Lives until gRPC has let go of it (OnDone) and the dispatcher has.
class ControlStream
    : public grpc::ServerBidiReactor<rpc::TaskManagerMessage, rpc::JobManagerMessage>,
      public TaskManagerLink,
      public std::enable_shared_from_this<ControlStream> {
 public:
  ControlStream(Dispatcher* dispatcher, std::string peer)
      : dispatcher_(dispatcher), peer_(std::move(peer)) {}

  void Begin() {
    self_ = shared_from_this();
    StartRead(&read_);
  }

  // TaskManagerLink
  void Send(rpc::JobManagerMessage message) override {
    std::lock_guard lock(mutex_);
    if (closing_) return;
    outbox_.push_back(std::move(message));
    if (outbox_.size() == 1) StartWrite(&outbox_.front());
  }
  void Close(const Status& reason) override {
    std::lock_guard lock(mutex_);
    CloseLocked(grpc::Status(grpc::StatusCode::UNAVAILABLE, reason.message()));
  }

  // gRPC
  void OnReadDone(bool ok) override {
    if (!ok) {
      if (id_) dispatcher_->Detach(*id_, UnavailableError("the connection is broken"));
      std::lock_guard lock(mutex_);
      CloseLocked(grpc::Status::OK);
      return;
    }
    if (id_) {
      dispatcher_->OnMessage(*id_, std::move(read_));
    } else if (!Register()) {
      return;
    }
    read_.Clear();
    StartRead(&read_);
  }
  void OnWriteDone(bool ok) override {
    std::lock_guard lock(mutex_);
    // A failed write is followed by a failed read, which does the rest.
    if (!ok) broken_ = true;
    outbox_.pop_front();
    if (!outbox_.empty() && !broken_) {
      StartWrite(&outbox_.front());
    } else if (closing_) {
      Finish(*closing_);
    }
  }
  void OnDone() override { self_.reset(); }

 private:
  // False: refused; the stream ends with the reason.
  bool Register() {
    StatusOr<TaskManagerId> id = InvalidArgumentError("the first message must be a registration");
    if (read_.has_register_()) {
      id = dispatcher_->Attach(shared_from_this(), read_.register_(), /*monitored=*/true);
    }
    if (id.ok()) {
      id_ = *id;
      return true;
    }
    LOG(kWarning) << "refused " << peer_ << ": " << id.status().message();
    rpc::JobManagerMessage message;
    message.mutable_refused()->set_reason(id.status().message());
    Send(std::move(message));
    std::lock_guard lock(mutex_);
    CloseLocked(grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, id.status().message()));
    return false;
  }

  // After what is being written and what waits behind it.
  void CloseLocked(grpc::Status status) {
    if (closing_) return;
    closing_ = std::move(status);
    if (outbox_.empty()) Finish(*closing_);
  }

  Dispatcher* const dispatcher_;
  const std::string peer_;
  std::shared_ptr<ControlStream> self_;
  std::optional<TaskManagerId> id_;  // reads come one at a time
  rpc::TaskManagerMessage read_;

  std::mutex mutex_;
  std::deque<rpc::JobManagerMessage> outbox_;  // front: being written
  bool broken_ = false;
  std::optional<grpc::Status> closing_;
};

class TaskManagerService : public rpc::JobManagerControl::CallbackService {
 public:
  explicit TaskManagerService(Dispatcher* dispatcher) : dispatcher_(dispatcher) {}

  grpc::ServerBidiReactor<rpc::TaskManagerMessage, rpc::JobManagerMessage>* Connect(
      grpc::CallbackServerContext* context) override {
    auto stream = std::make_shared<ControlStream>(dispatcher_, context->peer());
    stream->Begin();
    return stream.get();
  }

 private:
  Dispatcher* const dispatcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewTaskManagerService(Dispatcher* dispatcher) {
  return std::make_unique<TaskManagerService>(dispatcher);
}

}  // namespace weir
