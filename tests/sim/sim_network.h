#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "taskmanager/exchange/data_transport.h"
#include "tests/sim/simulator.h"

namespace weir::sim {

// A stream between two processes: ordered in each direction; when it breaks, what is on its way is
// lost, and each end hears of it when it hears of it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // End 0 opened it.
  struct End {
    LifePtr life;
    std::function<void(const std::string& why)> broken;  // once
  };
  Connection(Simulator* simulator, End opener, End acceptor)
      : simulator_(*simulator), ends_{std::move(opener), std::move(acceptor)} {}

  // From `end` to the other.
  void Send(int end, std::function<void()> deliver);
  // Breaks it; each living end hears within `notice_us`.
  void Cut(const std::string& why, int64_t notice_us);
  // `end` closes it: it wants to hear nothing any more.
  void Close(int end);
  bool is_cut() const { return cut_; }

 private:
  Simulator& simulator_;
  End ends_[2];
  bool cut_ = false;
  bool closed_[2] = {false, false};
  int64_t last_delivery_us_[2] = {0, 0};
};

// All data channels between task managers, who are known by their data address.
class SimDataNetwork {
 public:
  explicit SimDataNetwork(Simulator* simulator) : simulator_(*simulator) {}

  // The end of the process at `address`; gone with it.
  std::unique_ptr<DataTransport> Attach(const std::string& address, LifePtr life);
  void Detach(const std::string& address);
  // Every channel between the two breaks; `b` empty: every channel of `a`.
  void Cut(const std::string& a, const std::string& b);

 private:
  friend class SimTransport;
  friend class SimRemoteChannel;
  struct Channel {
    std::string from, to;
    LifePtr from_life, to_life;
    DataTransport::Outgoing outgoing;
    std::optional<DataTransport::Incoming> incoming;
    size_t outstanding = 0;  // bytes sent and not read
    bool over = false;
    int64_t last_delivery_us = 0;
    // Arrived before the receiving task was deployed, or just now.
    std::deque<std::pair<StreamElement, size_t>> arrived;
    bool waiting = false;
  };
  using ChannelPtr = std::shared_ptr<Channel>;
  struct Process {
    LifePtr life;
    std::map<AttemptKey, std::map<ChannelKey, DataTransport::Incoming>> open;
  };

  void Deliver(const ChannelPtr& channel, const AttemptKey& attempt, int64_t give_up_us);
  bool FindReceiver(const ChannelPtr& channel, const AttemptKey& attempt);
  void Break(const ChannelPtr& channel, const std::string& why);

  Simulator& simulator_;
  std::map<std::string, Process> processes_;
  std::map<AttemptKey, std::vector<ChannelPtr>> channels_;
};

}  // namespace weir::sim
