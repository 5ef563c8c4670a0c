#include "common/metrics/dogstatsd.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <regex>
#include <sstream>
#include <thread>

#include "common/base/logging.h"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Encode(DogStatsDEncoder& encoder, double rows, double lag) {
  MetricFamilies families;
  families.Counter("rows_total", "", rows, {{"job", "3f9a"}, {"subtask", "0"}});
  families.Gauge("lag", "", lag);
  return encoder.Encode(families);
}

TEST(DogStatsDEncoderTest, CountersAreWhatWasAdded) {
  DogStatsDEncoder encoder(MetricFamilies::Labels{{"process", "taskmanager"}});
  const std::string tags = "|#process:taskmanager";
  EXPECT_THAT(Encode(encoder, 10, 0.5),
              ElementsAre("rows_total:10|c" + tags + ",job:3f9a,subtask:0\nlag:0.5|g" + tags));
  EXPECT_THAT(Encode(encoder, 17.5, -2),
              ElementsAre("rows_total:7.5|c" + tags + ",job:3f9a,subtask:0\nlag:-2|g" + tags));
  // Nothing was added; a gauge is told each time.
  EXPECT_THAT(Encode(encoder, 17.5, -2), ElementsAre("lag:-2|g" + tags));
  // The task began anew.
  EXPECT_THAT(Encode(encoder, 3, 0)[0], HasSubstr("rows_total:3|c"));
  // It was gone for a while.
  EXPECT_THAT(encoder.Encode({}), IsEmpty());
  EXPECT_THAT(Encode(encoder, 4, 0)[0], HasSubstr("rows_total:4|c"));
}

TEST(DogStatsDEncoderTest, NamesOfPeopleDoNotBreakTheProtocol) {
  DogStatsDEncoder encoder(MetricFamilies::Labels{});
  MetricFamilies families;
  families.Gauge("g", "", 1, {{"job_name", "a,b|c#d\ne:f"}});
  families.Gauge("g", "", std::nan(""));
  families.Gauge("g", "", INFINITY);
  families.Gauge("g", "", 2, {{"n", std::string(198, 'x') + "\xC3\xA9"}});
  EXPECT_THAT(encoder.Encode(families),
              ElementsAre("g:1|g|#job_name:a_b_c_d_e:f\ng:2|g|#n:" + std::string(198, 'x')));
}

TEST(DogStatsDEncoderTest, DatagramsAreNotCutOnTheirWay) {
  DogStatsDEncoder encoder(MetricFamilies::Labels{{"instance", "h:1"}});
  MetricFamilies families;
  for (int i = 0; i < 300; ++i) {
    families.Counter("rows_total", "", i + 1,
                     {{"vertex_name", std::string(static_cast<size_t>(i), 'v')},
                      {"subtask", std::to_string(i)}});
  }
  const std::regex line(R"(rows_total:(\d+)\|c\|#instance:h:1,vertex_name:v*,subtask:\d+)");
  int lines = 0;
  const std::vector<std::string> datagrams = encoder.Encode(families);
  for (const std::string& datagram : datagrams) {
    EXPECT_LE(datagram.size(), 1432u);
    std::istringstream in(datagram);
    for (std::string text; std::getline(in, text);) {
      std::smatch match;
      ASSERT_TRUE(std::regex_match(text, match, line)) << text;
      EXPECT_EQ(match[1], std::to_string(++lines));
    }
  }
  EXPECT_EQ(lines, 300);
  EXPECT_LT(datagrams.size(), 70u);  // and they are filled
}

// A socket that datagrams come to.
class Agent {
 public:
  Agent() : fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in at{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);
    socklen_t size = sizeof(at);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    port = ntohs(at.sin_port);
  }
  ~Agent() { Close(); }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  std::string Receive() {
    std::string text(65536, '\0');
    text.resize(static_cast<size_t>(recv(fd_, text.data(), text.size(), 0)));
    return text;
  }
  int port = 0;

 private:
  int fd_;
};

std::optional<MetricFamilies> OneGauge() {
  MetricFamilies families;
  families.Gauge("lag", "", 7);
  return families;
}

TEST(DogStatsDReporterTest, SendsEverySoOften) {
  Agent agent;
  DogStatsDReporter reporter({"localhost", agent.port, Duration(5)}, {{"process", "x"}}, &OneGauge);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(agent.Receive(), "lag:7|g|#process:x");
}

TEST(DogStatsDReporterTest, WhereNobodyListensNothingIsSaid) {
  Agent agent;
  agent.Close();
  const int64_t before = ReadLog({.max_lines = 0}).next;
  std::atomic<int> measured = 0;
  {
    DogStatsDReporter reporter({"127.0.0.1", agent.port, Duration(1)}, {}, [&] {
      ++measured;
      return OneGauge();
    });
    while (measured < 20) std::this_thread::yield();
  }
  EXPECT_EQ(ReadLog({.after = before}).text, "");
  measured = 0;
  {
    DogStatsDReporter reporter({"no.such.host.invalid", 1, Duration(1)}, {}, [&] {
      ++measured;
      return OneGauge();
    });
    while (measured < 10) std::this_thread::yield();
  }
  const std::string told = ReadLog({.after = before}).text;
  EXPECT_THAT(told, HasSubstr("metrics are not sent to no.such.host.invalid:1"));
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 1) << told;
}

TEST(DogStatsDReporterTest, WithoutAHostThereIsNone) {
  DogStatsDReporter reporter({"", 1, Duration(0)}, {}, []() -> std::optional<MetricFamilies> {
    ADD_FAILURE() << "measured";
    return std::nullopt;
  });
}

}  // namespace
}  // namespace weir
