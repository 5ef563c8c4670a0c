#include "tests/sim/sim_network.h"

#include <algorithm>
#include <utility>

namespace weir::sim {
namespace {

// Small, so that back-pressure happens.
constexpr size_t kWindowBytes = 600;
constexpr int64_t kWaitForReceiverUs = 5'000'000;

}  // namespace

// ---- Control

void Connection::Send(int end, std::function<void()> deliver) {
  if (cut_ || closed_[end]) return;
  const int other = 1 - end;
  int64_t& last = last_delivery_us_[end];
  Rng& rng = simulator_.rng();
  const int64_t delay = !simulator_.calm() && rng.Chance(0.005) ? rng.Between(5'000, 1'000'000)
                                                                : rng.Between(50, 1500);
  last = std::max(last, simulator_.now_us() + delay);
  simulator_.After(ends_[other].life, last - simulator_.now_us(),
                   [self = shared_from_this(), other, deliver = std::move(deliver)] {
                     if (!self->cut_ && !self->closed_[other]) deliver();
                   });
}

void Connection::Cut(const std::string& why, int64_t notice_us) {
  if (std::exchange(cut_, true)) return;
  for (int end : {0, 1}) {
    simulator_.After(ends_[end].life, simulator_.rng().Between(0, notice_us),
                     [self = shared_from_this(), end, why] {
                       if (!std::exchange(self->closed_[end], true)) self->ends_[end].broken(why);
                     });
  }
}

void Connection::Close(int end) {
  closed_[end] = true;
  Cut("closed by the peer", 2000);
}

// ---- Data

class SimRemoteChannel : public OutputChannel {
 public:
  SimRemoteChannel(SimDataNetwork* network, AttemptKey attempt, SimDataNetwork::ChannelPtr channel)
      : network_(*network), attempt_(std::move(attempt)), channel_(std::move(channel)) {}

  bool HasCapacity() override { return channel_->outstanding < kWindowBytes; }
  void Flush() override {}
  void Send(StreamElement element) override {
    if (channel_->over) return;
    const Batch* batch = std::get_if<Batch>(&element);
    const size_t bytes = batch ? batch->ByteSize() : 0;
    channel_->outstanding += bytes;
    Simulator& simulator = network_.simulator_;
    int64_t& last = channel_->last_delivery_us;
    last = std::max(last, simulator.now_us() + simulator.rng().Between(20, 1000));
    // The receiver's machine keeps what has arrived while its process is paused.
    simulator.After(
        channel_->to_life, last - simulator.now_us(),
        [network = &network_, channel = channel_, attempt = attempt_, element = std::move(element),
         bytes, give_up = simulator.now_us() + kWaitForReceiverUs] {
          channel->arrived.emplace_back(element, bytes);
          network->Deliver(channel, attempt, give_up);
        });
  }

 private:
  SimDataNetwork& network_;
  const AttemptKey attempt_;
  const SimDataNetwork::ChannelPtr channel_;
};

class SimTransport : public DataTransport {
 public:
  SimTransport(SimDataNetwork* network, std::string address, LifePtr life)
      : network_(*network), address_(std::move(address)), life_(std::move(life)) {}

  void Open(const AttemptKey& attempt, std::vector<Incoming> incoming) override {
    auto& open = network_.processes_.at(address_).open;
    std::erase_if(open, [&](const auto& entry) {
      return entry.first.job_id == attempt.job_id && entry.first.attempt < attempt.attempt;
    });
    for (Incoming& channel : incoming) {
      const ChannelKey key = channel.channel;
      open[attempt].emplace(key, std::move(channel));
    }
  }

  std::unique_ptr<OutputChannel> Connect(const AttemptKey& attempt, Outgoing outgoing) override {
    auto channel = std::make_shared<SimDataNetwork::Channel>();
    channel->from = address_;
    channel->to = outgoing.address;
    channel->from_life = life_;
    channel->outgoing = std::move(outgoing);
    const auto to = network_.processes_.find(channel->to);
    if (to == network_.processes_.end() || !to->second.life->alive) {
      network_.Break(channel, "connection refused");
    } else {
      channel->to_life = to->second.life;
      network_.channels_[attempt].push_back(channel);
    }
    return std::make_unique<SimRemoteChannel>(&network_, attempt, channel);
  }

  void Close(const AttemptKey& attempt) override {
    network_.processes_.at(address_).open.erase(attempt);
    const auto it = network_.channels_.find(attempt);
    if (it == network_.channels_.end()) return;
    for (const auto& channel : it->second) {
      if (channel->over || (channel->from != address_ && channel->to != address_)) continue;
      // The other end, should it still live, sees its stream break.
      channel->over = true;
      const bool here_is_sender = channel->from == address_;
      const LifePtr life = here_is_sender ? channel->to_life : channel->from_life;
      auto fail = here_is_sender ? (channel->incoming ? channel->incoming->fail : nullptr)
                                 : channel->outgoing.fail;
      if (fail == nullptr) continue;
      network_.simulator_.After(life, network_.simulator_.rng().Between(50, 2000), [fail] {
        fail(UnavailableError("the peer has closed the channel"));
      });
    }
    std::erase_if(it->second, [](const auto& channel) { return channel->over; });
  }

 private:
  SimDataNetwork& network_;
  const std::string address_;
  const LifePtr life_;
};

std::unique_ptr<DataTransport> SimDataNetwork::Attach(const std::string& address, LifePtr life) {
  processes_[address] = {life, {}};
  return std::make_unique<SimTransport>(this, address, life);
}

void SimDataNetwork::Detach(const std::string& address) {
  Cut(address, "");
  processes_.erase(address);
}

void SimDataNetwork::Cut(const std::string& a, const std::string& b) {
  for (auto& [attempt, channels] : channels_) {
    for (const ChannelPtr& channel : channels) {
      const bool hit = b.empty() ? channel->from == a || channel->to == a
                                 : (channel->from == a && channel->to == b) ||
                                       (channel->from == b && channel->to == a);
      if (hit) Break(channel, "connection lost");
    }
    std::erase_if(channels, [](const ChannelPtr& channel) { return channel->over; });
  }
}

void SimDataNetwork::Break(const ChannelPtr& channel, const std::string& why) {
  if (std::exchange(channel->over, true)) return;
  const auto tell = [&](const LifePtr& life, const std::function<void(Status)>& fail) {
    if (fail == nullptr) return;
    simulator_.After(life, simulator_.rng().Between(100, 20'000),
                     [fail, why] { fail(UnavailableError(why)); });
  };
  tell(channel->from_life, channel->outgoing.fail);
  if (channel->incoming) tell(channel->to_life, channel->incoming->fail);
}

bool SimDataNetwork::FindReceiver(const ChannelPtr& channel, const AttemptKey& attempt) {
  if (channel->incoming) return true;
  const auto process = processes_.find(channel->to);
  if (process == processes_.end()) return false;
  const auto open = process->second.open.find(attempt);
  if (open == process->second.open.end()) return false;
  const auto found = open->second.find(channel->outgoing.channel);
  if (found == open->second.end()) return false;
  channel->incoming = found->second;
  channel->incoming->queue->SetSender([this, weak = std::weak_ptr(channel)](size_t read, bool) {
    const ChannelPtr sender = weak.lock();
    if (sender == nullptr || sender->over) return;
    simulator_.After(sender->from_life, simulator_.rng().Between(20, 1000), [sender, read] {
      const bool full = sender->outstanding >= kWindowBytes;
      sender->outstanding -= std::min(read, sender->outstanding);
      if (full && sender->outstanding < kWindowBytes && !sender->over) sender->outgoing.wake();
    });
  });
  return true;
}

void SimDataNetwork::Deliver(const ChannelPtr& channel, const AttemptKey& attempt,
                             int64_t give_up_us) {
  if (channel->over || channel->waiting) return;
  if (!FindReceiver(channel, attempt)) {
    if (simulator_.now_us() > give_up_us) return Break(channel, "nobody takes the channel");
    channel->waiting = true;
    simulator_.After(channel->to_life, 2000, [this, channel, attempt, give_up_us] {
      channel->waiting = false;
      Deliver(channel, attempt, give_up_us);
    });
    return;
  }
  while (!channel->arrived.empty() && !channel->over) {
    auto [element, bytes] = std::move(channel->arrived.front());
    channel->arrived.pop_front();
    if (std::holds_alternative<EndOfInput>(element)) channel->over = true;
    channel->incoming->queue->Push(std::move(element), bytes);
  }
}

}  // namespace weir::sim
