#include "common/metrics/dogstatsd.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "common/base/logging.h"
#include "common/data/utf8.h"

namespace weir {
namespace {

// What Datadog keeps of a tag.
constexpr size_t kMostTagBytes = 200;

// "job_name:orders, by hour" may hold none of what the protocol is made of.
std::string Tag(std::string_view name, std::string_view value) {
  std::string tag(name);
  tag += ':';
  for (size_t at = 0; at < value.size();) {
    const size_t bytes = CharacterBytes(value, at);
    if (tag.size() + bytes > kMostTagBytes) break;
    const char c = value[at];
    const bool plain = static_cast<unsigned char>(c) >= 0x20 && c != ',' && c != '|' && c != '#';
    plain ? tag += value.substr(at, bytes) : tag += '_';
    at += bytes;
  }
  return tag;
}

std::string Joined(const MetricFamilies::Labels& labels, std::string out) {
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out += Tag(name, value);
  }
  return out;
}

void Append(const std::string& line, std::vector<std::string>& datagrams) {
  // One of these alone would be cut on its way: an agent could not read it.
  if (line.size() > DogStatsDEncoder::kMostBytes) return;
  const bool fits = !datagrams.empty() &&
                    datagrams.back().size() + 1 + line.size() <= DogStatsDEncoder::kMostBytes;
  if (fits) {
    datagrams.back().append("\n").append(line);
  } else {
    datagrams.push_back(line);
  }
}

// A socket whose datagrams go there; -1, and why, where there is none.
int Connect(const DogStatsDOptions& options, std::string& why) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(options.host.c_str(), std::to_string(options.port).c_str(), &hints, &found);
  if (error != 0) {
    why = gai_strerror(error);
    return -1;
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);
  // "localhost" has an address of each kind, an agent there often listens at the older one only.
  const addrinfo* to = found;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_family == AF_INET) to = one;
  }
  const int fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, to->ai_addr, to->ai_addrlen) == 0) return fd;
  why = "no way there";
  if (fd >= 0) close(fd);
  return -1;
}

}  // namespace

DogStatsDEncoder::DogStatsDEncoder(MetricFamilies::Labels tags) : tags_(Joined(tags, "")) {}

std::vector<std::string> DogStatsDEncoder::Encode(const MetricFamilies& families) {
  std::vector<std::string> datagrams;
  std::map<std::string, double> counters;
  for (const MetricFamilies::Family& family : families.families()) {
    const bool counts = family.type == MetricFamilies::Type::kCounter;
    for (const MetricFamilies::Sample& sample : family.samples) {
      double value = sample.value;
      if (!std::isfinite(value)) continue;
      const std::string tags = Joined(sample.labels, tags_);
      if (counts) {
        const std::string key = std::string(family.name) + "|" + tags;
        const auto before = counters_.find(key);
        counters[key] = value;
        if (before != counters_.end() && before->second <= value) value -= before->second;
        if (value == 0) continue;
      }
      Append(fmt::format("{}:{}|{}{}{}", family.name, value, counts ? 'c' : 'g',
                         tags.empty() ? "" : "|#", tags),
             datagrams);
    }
  }
  // Those of tasks that are over are forgotten.
  counters_ = std::move(counters);
  return datagrams;
}

class DogStatsDReporter::Impl {
 public:
  Impl(DogStatsDOptions options, MetricFamilies::Labels tags, Measure measure)
      : options_(std::move(options)), measure_(std::move(measure)), encoder_(std::move(tags)) {
    if (!options_.host.empty()) thread_ = std::thread([this] { Work(); });
  }
  ~Impl() {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Work() {
    while (true) {
      {
        std::unique_lock lock(mutex_);
        const Duration pause = std::max(options_.interval, Duration(1));
        if (wake_.wait_for(lock, pause, [this] { return stopped_; })) return;
      }
      if (const std::optional<MetricFamilies> families = measure_()) {
        Send(encoder_.Encode(*families));
      }
    }
  }

  // The name may have another address each time.
  void Send(const std::vector<std::string>& datagrams) {
    std::string why;
    const int fd = Connect(options_, why);
    if (fd < 0) {
      if (!std::exchange(complained_, true)) {
        LOG(kWarning) << "metrics are not sent to " << options_.host << ":" << options_.port << ": "
                      << why << "; trying again (metrics.reporter.dogstatsd.host)";
      }
      return;
    }
    complained_ = false;
    for (const std::string& datagram : datagrams) {
      // Where nobody listens the answer to one is an error of the next: nothing to do about it.
      (void)!send(fd, datagram.data(), datagram.size(), MSG_NOSIGNAL);
    }
    close(fd);
  }

  const DogStatsDOptions options_;
  const Measure measure_;
  DogStatsDEncoder encoder_;  // the thread's
  bool complained_ = false;   // the thread's
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::thread thread_;
};

DogStatsDReporter::DogStatsDReporter(DogStatsDOptions options, MetricFamilies::Labels tags,
                                     Measure measure)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(tags), std::move(measure))) {}
DogStatsDReporter::~DogStatsDReporter() = default;

}  // namespace weir
