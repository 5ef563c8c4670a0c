#include "taskmanager/exchange/grpc_transport.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <utility>

#include "common/base/logging.h"
#include "proto/exchange.grpc.pb.h"
#include "taskmanager/exchange/frame_receiver.h"
#include "taskmanager/exchange/frame_sender.h"
#include "taskmanager/past_attempts.h"

namespace weir {
namespace {

// A frame holds at least one batch, however large its rows are.
constexpr int kMaxFrameBytes = 256 << 20;

grpc::Status ToGrpc(const Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), status.message()};
}

// Counts what is alive, so that the end can be waited for.
class Alive {
 public:
  void Add() {
    std::lock_guard<std::mutex> lock(mutex_);
    ++count_;
  }
  void Remove() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }
  void WaitForNone() {
    std::unique_lock<std::mutex> lock(mutex_);
    none_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  int count_ = 0;
};

// ---- Sending

class SenderStream : public grpc::ClientBidiReactor<rpc::ExchangeFrame, rpc::ExchangeCredit>,
                     public FrameSink,
                     public std::enable_shared_from_this<SenderStream> {
 public:
  SenderStream(const std::string& address, std::shared_ptr<Alive> alive)
      : address_(address), alive_(std::move(alive)) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMaxFrameBytes);
    arguments.SetMaxSendMessageSize(kMaxFrameBytes);
    // A connection of its own: no other stream's flow control gets in its way.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stub_ = rpc::Exchange::NewStub(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }

  void Begin() {
    std::lock_guard<std::mutex> lock(mutex_);  // whoever locks it next sees all of this
    self_ = shared_from_this();
    alive_->Add();
    stub_->async()->Open(&context_, this);
    AddHold();  // writes begin outside of reactions; until the read side ends
    StartRead(&credit_);
    StartCall();
  }

  void AddChannel(const std::shared_ptr<OutboundChannel>& channel) {
    Status broken;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!done_) {
        channels_[channel->key()] = channel;
        return;
      }
      broken = cause_;
    }
    channel->Broken(broken);
  }

  void Enqueue(rpc::ExchangeFrame frame) override {
    std::lock_guard<std::mutex> lock(mutex_);
    if (broken_) return;
    if (first_) frame.set_job_id(std::exchange(job_id_, {}));
    first_ = false;
    queue_.push_back(std::move(frame));
    if (queue_.size() == 1) StartWrite(&queue_.front());
  }
  void SetJob(const std::string& job_id) { job_id_ = job_id; }  // before the first frame

  // Nobody is to be told of its end.
  void Abandon() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      for (auto& [key, channel] : channels_) channel->Abandon();
    }
    context_.TryCancel();
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      {
        std::lock_guard<std::mutex> lock(mutex_);
        broken_ = true;
      }
      RemoveHold();
      return;
    }
    std::shared_ptr<OutboundChannel> channel;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      auto it = channels_.find({credit_.channel().edge(), credit_.channel().from_subtask(),
                                credit_.channel().to_subtask()});
      if (it != channels_.end()) channel = it->second;
    }
    if (channel) channel->Credit(credit_.bytes());
    StartRead(&credit_);
  }

  void OnWriteDone(bool ok) override {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.pop_front();
    if (!ok) broken_ = true;
    if (!broken_ && !queue_.empty()) StartWrite(&queue_.front());
  }

  void OnDone(const grpc::Status& status) override {
    // Whatever ended it, the attempt has to be run again; only lost data must not be.
    Status cause = UnavailableError(status.error_message());
    if (status.error_code() == grpc::StatusCode::DATA_LOSS) {
      cause = DataLossError(status.error_message());
    }
    std::map<ChannelKey, std::shared_ptr<OutboundChannel>> channels;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      cause.Annotate("the data stream to task manager " + address_ + " broke");
      broken_ = true;
      done_ = true;
      cause_ = cause;
      channels.swap(channels_);
      queue_.clear();
    }
    for (auto& [key, channel] : channels) channel->Broken(cause);
    std::shared_ptr<Alive> alive = alive_;
    self_.reset();  // may destroy this
    alive->Remove();
  }

 private:
  const std::string address_;
  const std::shared_ptr<Alive> alive_;
  std::unique_ptr<rpc::Exchange::Stub> stub_;
  grpc::ClientContext context_;
  rpc::ExchangeCredit credit_;
  std::shared_ptr<SenderStream> self_;  // until OnDone
  std::string job_id_;

  std::mutex mutex_;
  std::map<ChannelKey, std::shared_ptr<OutboundChannel>> channels_;
  std::deque<rpc::ExchangeFrame> queue_;  // the front is being written
  bool first_ = true;
  bool broken_ = false;  // nothing more is written
  bool done_ = false;
  Status cause_;
};

// ---- Receiving

class ReceiverStream;

// The attempts that this process knows. Thread-safe.
class Attempts {
 public:
  void Open(const AttemptKey& key, std::shared_ptr<InboundAttempt> inbound);
  void Close(const AttemptKey& key);
  void CloseAll();
  // The attempt, or null: then `stream` is resumed when it opens, or refused.
  StatusOr<std::shared_ptr<InboundAttempt>> Find(const AttemptKey& key,
                                                 std::shared_ptr<ReceiverStream> stream);
  void Forget(const std::shared_ptr<ReceiverStream>& stream);

 private:
  struct Entry {
    std::shared_ptr<InboundAttempt> inbound;
    std::set<std::shared_ptr<ReceiverStream>> streams;  // that carry it, or wait for it
  };
  // A later attempt of the job is open. Locked.
  bool IsReplaced(const AttemptKey& key) const;

  std::mutex mutex_;
  std::map<AttemptKey, Entry> attempts_;
  PastAttempts over_;
  bool closed_ = false;
};

class ReceiverStream : public grpc::ServerBidiReactor<rpc::ExchangeFrame, rpc::ExchangeCredit>,
                       public CreditSink,
                       public std::enable_shared_from_this<ReceiverStream> {
 public:
  ReceiverStream(grpc::CallbackServerContext* context, std::shared_ptr<Attempts> attempts,
                 std::shared_ptr<Alive> alive)
      : peer_(context->peer()), attempts_(std::move(attempts)), alive_(std::move(alive)) {
    alive_->Add();
  }
  void Begin() {
    self_ = shared_from_this();
    StartRead(&frame_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return End(UnavailableError("the sender has gone"));
    std::shared_ptr<InboundAttempt> inbound = inbound_;  // only this thread writes it by now
    if (!inbound) {
      StatusOr<std::shared_ptr<InboundAttempt>> found =
          attempts_->Find({frame_.job_id(), frame_.attempt()}, shared_from_this());
      if (!found.ok()) return End(std::move(found).status());
      if (!*found) return;  // Resume follows
      inbound = std::move(*found);
    }
    TakeFrame(std::move(inbound));
  }
  // The attempt that its first frame waits for has opened.
  void Resume(std::shared_ptr<InboundAttempt> inbound) { TakeFrame(std::move(inbound)); }

  void Grant(const ChannelKey& channel, int64_t bytes) override {
    rpc::ExchangeCredit credit;
    credit.mutable_channel()->set_edge(channel.edge);
    credit.mutable_channel()->set_from_subtask(channel.from_subtask);
    credit.mutable_channel()->set_to_subtask(channel.to_subtask);
    credit.set_bytes(bytes);
    std::lock_guard<std::mutex> lock(mutex_);
    if (ended_) return;
    credits_.push_back(std::move(credit));
    if (credits_.size() == 1) StartWrite(&credits_.front());
  }
  void OnWriteDone(bool ok) override {
    std::lock_guard<std::mutex> lock(mutex_);
    credits_.pop_front();
    if (ok && !ended_ && !credits_.empty()) StartWrite(&credits_.front());
  }

  // From any thread, any number of times.
  void End(const Status& status) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (std::exchange(ended_, true)) return;
      cause_ = status;
      Finish(ToGrpc(status));
    }
  }
  void OnCancel() override { End(UnavailableError("the sender has gone")); }

  void OnDone() override {
    std::shared_ptr<ReceiverStream> self = std::move(self_);
    attempts_->Forget(self);
    std::shared_ptr<InboundAttempt> inbound;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      inbound = std::move(inbound_);
    }
    if (inbound) inbound->Broken(self, Cause());
    std::shared_ptr<Alive> alive = alive_;
    inbound.reset();
    self.reset();
    alive->Remove();
  }

 private:
  Status Cause() {
    std::lock_guard<std::mutex> lock(mutex_);
    Status cause = cause_;
    return cause.Annotate("the data stream from task manager " + peer_ + " broke");
  }

  void TakeFrame(std::shared_ptr<InboundAttempt> inbound) {
    Status taken = inbound->Accept(std::move(frame_), shared_from_this());
    if (!taken.ok()) End(taken);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!ended_) {
        inbound_ = std::move(inbound);
        frame_.Clear();
        StartRead(&frame_);
        return;
      }
    }
    // It ended meanwhile, and OnDone may not have known what it carries.
    inbound->Broken(shared_from_this(), Cause());
  }

  const std::string peer_;
  const std::shared_ptr<Attempts> attempts_;
  const std::shared_ptr<Alive> alive_;
  std::shared_ptr<ReceiverStream> self_;  // until OnDone
  rpc::ExchangeFrame frame_;
  std::shared_ptr<InboundAttempt> inbound_;  // once the first frame was taken

  std::mutex mutex_;
  std::deque<rpc::ExchangeCredit> credits_;  // the front is being written
  bool ended_ = false;
  Status cause_;
};

void Attempts::Open(const AttemptKey& key, std::shared_ptr<InboundAttempt> inbound) {
  std::set<std::shared_ptr<ReceiverStream>> waiting;
  std::vector<AttemptKey> older;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    Entry& entry = attempts_[key];
    entry.inbound = inbound;
    waiting = entry.streams;
    for (const auto& [other, unused] : attempts_) {
      if (other.job_id == key.job_id && other.attempt < key.attempt) older.push_back(other);
    }
  }
  for (const AttemptKey& other : older) Close(other);
  for (const auto& stream : waiting) stream->Resume(inbound);
}

void Attempts::Close(const AttemptKey& key) {
  Entry entry;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    over_.Add(key);
    auto it = attempts_.find(key);
    if (it == attempts_.end()) return;
    entry = std::move(it->second);
    attempts_.erase(it);
  }
  if (entry.inbound) entry.inbound->Close();
  for (const auto& stream : entry.streams) stream->End(AbortedError("the attempt is over"));
}

void Attempts::CloseAll() {
  std::vector<AttemptKey> keys;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    for (const auto& [key, entry] : attempts_) keys.push_back(key);
  }
  for (const AttemptKey& key : keys) Close(key);
}

StatusOr<std::shared_ptr<InboundAttempt>> Attempts::Find(const AttemptKey& key,
                                                         std::shared_ptr<ReceiverStream> stream) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (closed_ || key.job_id.empty() || over_.Has(key) || IsReplaced(key)) {
    return AbortedError("attempt " + std::to_string(key.attempt) + " of job '" + key.job_id +
                        "' is over here");
  }
  Entry& entry = attempts_[key];
  entry.streams.insert(std::move(stream));
  return entry.inbound;
}

bool Attempts::IsReplaced(const AttemptKey& key) const {
  for (auto it = attempts_.upper_bound(key); it != attempts_.end(); ++it) {
    if (it->first.job_id != key.job_id) return false;
    if (it->second.inbound) return true;
  }
  return false;
}

void Attempts::Forget(const std::shared_ptr<ReceiverStream>& stream) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto it = attempts_.begin(); it != attempts_.end();) {
    it->second.streams.erase(stream);
    const bool unused = it->second.streams.empty() && !it->second.inbound;
    it = unused ? attempts_.erase(it) : std::next(it);
  }
}

class Service : public rpc::Exchange::CallbackService {
 public:
  Service(std::shared_ptr<Attempts> attempts, std::shared_ptr<Alive> alive)
      : attempts_(std::move(attempts)), alive_(std::move(alive)) {}
  grpc::ServerBidiReactor<rpc::ExchangeFrame, rpc::ExchangeCredit>* Open(
      grpc::CallbackServerContext* context) override {
    auto stream = std::make_shared<ReceiverStream>(context, attempts_, alive_);
    stream->Begin();
    return stream.get();
  }

 private:
  const std::shared_ptr<Attempts> attempts_;
  const std::shared_ptr<Alive> alive_;
};

}  // namespace

class GrpcTransport::Impl {
 public:
  Status Start(const std::string& bind_address) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(bind_address, grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    builder.SetMaxReceiveMessageSize(kMaxFrameBytes);
    builder.SetMaxSendMessageSize(kMaxFrameBytes);
    // Another process on our port must be an error, not a partner.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    server_ = builder.BuildAndStart();
    if (!server_ || port_ == 0) {
      return UnavailableError("cannot serve data streams on " + bind_address +
                              ": is the port in use?");
    }
    return OkStatus();
  }
  ~Impl() {
    attempts_->CloseAll();
    std::map<std::pair<AttemptKey, std::string>, std::shared_ptr<SenderStream>> senders;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      senders.swap(senders_);
    }
    for (auto& [key, sender] : senders) sender->Abandon();
    senders.clear();
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
    alive_->WaitForNone();
    if (server_) server_->Wait();
  }

  int port() const { return port_; }

  void Open(const AttemptKey& attempt, std::vector<Incoming> incoming) {
    attempts_->Open(attempt, InboundAttempt::Make(attempt, std::move(incoming)));
  }
  std::unique_ptr<OutputChannel> Connect(const AttemptKey& attempt, Outgoing outgoing) {
    std::shared_ptr<SenderStream> sender;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      std::shared_ptr<SenderStream>& known = senders_[{attempt, outgoing.address}];
      if (!known) {
        known = std::make_shared<SenderStream>(outgoing.address, alive_);
        known->SetJob(attempt.job_id);
        known->Begin();
      }
      sender = known;
    }
    auto channel = std::make_shared<OutboundChannel>(std::move(outgoing));
    sender->AddChannel(channel);
    return std::make_unique<RemoteChannel>(attempt, std::move(channel), std::move(sender));
  }
  void Close(const AttemptKey& attempt) {
    attempts_->Close(attempt);
    std::vector<std::shared_ptr<SenderStream>> senders;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      auto first = senders_.lower_bound({attempt, ""});
      auto last = first;
      for (; last != senders_.end() && last->first.first == attempt; ++last) {
        senders.push_back(last->second);
      }
      senders_.erase(first, last);
    }
    for (const auto& sender : senders) sender->Abandon();
  }

 private:
  const std::shared_ptr<Alive> alive_ = std::make_shared<Alive>();
  const std::shared_ptr<Attempts> attempts_ = std::make_shared<Attempts>();
  Service service_{attempts_, alive_};
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::mutex mutex_;
  std::map<std::pair<AttemptKey, std::string>, std::shared_ptr<SenderStream>> senders_;
};

StatusOr<std::unique_ptr<GrpcTransport>> GrpcTransport::Start(const std::string& bind_address) {
  auto impl = std::make_shared<Impl>();
  RETURN_IF_ERROR(impl->Start(bind_address));
  return std::unique_ptr<GrpcTransport>(new GrpcTransport(std::move(impl)));
}

GrpcTransport::~GrpcTransport() = default;

int GrpcTransport::port() const { return impl_->port(); }

void GrpcTransport::Open(const AttemptKey& attempt, std::vector<Incoming> incoming) {
  impl_->Open(attempt, std::move(incoming));
}

std::unique_ptr<OutputChannel> GrpcTransport::Connect(const AttemptKey& attempt,
                                                      Outgoing outgoing) {
  return impl_->Connect(attempt, std::move(outgoing));
}

void GrpcTransport::Close(const AttemptKey& attempt) { impl_->Close(attempt); }

}  // namespace weir
