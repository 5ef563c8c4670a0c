// The small parts: paths, origins, numbers, what is remembered.
#include <gtest/gtest.h>

#include <cmath>

#include "common/base/random_id.h"
#include "jobmanager/rest/operations.h"
#include "jobmanager/rest/origin.h"
#include "jobmanager/rest/router.h"
#include "jobmanager/rest/routes.h"
#include "jobmanager/rest/snapshot_cache.h"
#include "jobmanager/rest/statistics.h"

namespace weir {
namespace {

class FakeClock : public Clock {
 public:
  Timestamp WallNow() const override { return now; }
  int64_t MonotonicNanos() const override { return now * 1'000'000; }
  Timestamp now = 1000;
};

HttpRequest Request(const std::string& method, const std::string& target) {
  HttpRequest request;
  request.method = method;
  EXPECT_TRUE(ParseTarget(target, &request).ok());
  return request;
}

std::string PatternOf(const std::string& method, const std::string& target) {
  const Match match = FindRoute(RestRoutes(), Request(method, target));
  return match.route == nullptr ? "none" : std::string(match.route->pattern);
}

TEST(RouterTest, FindsTheRowOfAPath) {
  EXPECT_EQ(PatternOf("GET", "/jobs"), "/jobs");
  EXPECT_EQ(PatternOf("GET", "/jobs/"), "/jobs");
  EXPECT_EQ(PatternOf("GET", "/jobs/overview"), "/jobs/overview");
  EXPECT_EQ(PatternOf("GET", "/jobs/1f"), "/jobs/:jobid");
  EXPECT_EQ(PatternOf("GET", "/v1/jobs/1f"), "/jobs/:jobid");
  EXPECT_EQ(PatternOf("GET", "/v1/v1/jobs/1f"), "none");
  EXPECT_EQ(PatternOf("PATCH", "/jobs/1f"), "/jobs/:jobid");
  EXPECT_EQ(PatternOf("PUT", "/jobs/1f"), "none");
  EXPECT_EQ(PatternOf("GET", "/jobs/1f/checkpoints/config"), "/jobs/:jobid/checkpoints/config");
  EXPECT_EQ(PatternOf("GET", "/jobs/1f/checkpoints/2f"), "/jobs/:jobid/checkpoints/:triggerid");
  EXPECT_EQ(PatternOf("GET", "/taskmanagers/metrics"), "/taskmanagers/metrics");
  EXPECT_EQ(PatternOf("GET", "/"), "none");
  EXPECT_EQ(PatternOf("GET", "/jobs/1f/vertices/2f/subtasks/3/attempts/4/more"), "none");
  const Match match = FindRoute(RestRoutes(), Request("GET", "/jobs/a%2Fb/vertices/c"));
  EXPECT_EQ(match.path.Get("jobid"), "a/b");
  EXPECT_EQ(match.path.Get("vertexid"), "c");
}

TEST(RouterTest, WhatChangesSomethingIsMarked) {
  for (const Route& route : RestRoutes()) {
    const bool changes = route.method != "GET" || route.pattern.ends_with("/yarn-cancel") ||
                         route.pattern.ends_with("/yarn-stop");
    EXPECT_EQ(route.effect == Route::kChanges, changes) << route.method << " " << route.pattern;
  }
}

TEST(RouterTest, ErrorsAreInFlinksShape) {
  const HttpResponse response = MakeErrorResponse(NotFoundError("no \"job\" \xff"));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "{\"errors\":[\"no \\\"job\\\" \xef\xbf\xbd\"]}");
  EXPECT_EQ(MakeErrorResponse(InvalidArgumentError("")).status, 400);
  EXPECT_EQ(MakeErrorResponse(FailedPreconditionError("")).status, 409);
  EXPECT_EQ(MakeErrorResponse(UnavailableError("")).status, 503);
  EXPECT_EQ(MakeErrorResponse(InternalError("")).status, 500);
}

TEST(OriginTest, OtherPagesDoNotChangeAnything) {
  const auto check = [](std::vector<std::pair<std::string, std::string>> headers, bool changes) {
    HttpRequest request;
    request.headers = std::move(headers);
    return CheckOrigin(request, changes).ok();
  };
  EXPECT_TRUE(check({{"host", "localhost:8081"}}, true));
  EXPECT_TRUE(check({{"host", "127.0.0.1:8081"}}, true));
  EXPECT_TRUE(check({{"host", "[::1]:8081"}}, true));
  EXPECT_TRUE(check({{"host", "127.0.0.1"}}, true));
  EXPECT_TRUE(check({}, true));
  // A name that was made to point here.
  EXPECT_FALSE(check({{"host", "evil.example:8081"}}, false));
  EXPECT_FALSE(check({{"host", "127.0.0.1.evil.example"}}, false));
  EXPECT_FALSE(check({{"host", ""}}, false));
  const std::pair<std::string, std::string> host = {"host", "localhost:8081"};
  EXPECT_TRUE(check({host, {"origin", "http://localhost:8081"}}, true));
  EXPECT_FALSE(check({host, {"origin", "http://evil.example"}}, true));
  EXPECT_FALSE(check({host, {"origin", "http://localhost:8082"}}, true));
  EXPECT_FALSE(check({host, {"origin", "null"}}, true));
  EXPECT_FALSE(check({host, {"sec-fetch-site", "cross-site"}}, true));
  EXPECT_FALSE(check({host, {"sec-fetch-site", "same-site"}}, true));
  EXPECT_TRUE(check({host, {"sec-fetch-site", "same-origin"}}, true));
  EXPECT_TRUE(check({host, {"sec-fetch-site", "none"}}, true));
  EXPECT_TRUE(check({host, {"origin", "http://evil.example"}}, false));
  EXPECT_TRUE(IsLoopback("127.0.0.2") && IsLoopback("::1") && IsLoopback("localhost"));
  EXPECT_FALSE(IsLoopback("0.0.0.0") || IsLoopback("10.0.0.1") || IsLoopback("::"));
}

TEST(StatisticsTest, AsFlinkCountsThem) {
  const Statistics none({});
  EXPECT_EQ(none.min(), 0);
  EXPECT_EQ(none.avg(), 0);
  EXPECT_EQ(none.skew(), 0);
  EXPECT_TRUE(std::isnan(none.Quantile(0.5)));
  const Statistics two({24807, 24801});
  EXPECT_EQ(two.Quantile(0.25), 24801);
  EXPECT_EQ(two.Quantile(0.5), 24804);
  EXPECT_EQ(two.Quantile(0.75), 24807);
  EXPECT_EQ(two.sum(), 49608);
  // From a real answer: 19 and 19 1/3 a second.
  EXPECT_DOUBLE_EQ(Statistics({19.0, 58.0 / 3}).skew(), 0.8695652173913014);
  EXPECT_EQ(Statistics({1, 2, 3, 4, 5, 6, 7, 8, 9}).Quantile(0.9), 9);
  EXPECT_DOUBLE_EQ(Statistics({1, 2, 3, 4, 5, 6, 7, 8, 9, 20}).Quantile(0.9), 18.9);
  EXPECT_EQ(Statistics({0, 0}).skew(), 0);
}

TEST(OperationsTest, RemembersForFiveMinutes) {
  FakeClock clock;
  Operations operations(clock);
  EXPECT_EQ(operations.Find("a").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(*operations.Begin("a"));
  EXPECT_FALSE(*operations.Begin("a"));
  EXPECT_FALSE(operations.Find("a")->has_value());
  clock.now += 3'600'000;  // however long it takes
  operations.Finish("a", "{}");
  clock.now += 300'000;
  EXPECT_EQ(**operations.Find("a"), "{}");
  clock.now += 1;
  EXPECT_FALSE(operations.Find("a").ok());
  EXPECT_TRUE(*operations.Begin("b"));
  operations.Fail("b", "failure-cause", AbortedError("no \"luck\""));
  EXPECT_EQ(**operations.Find("b"),
            "{\"failure-cause\":{\"class\":\"aborted\",\"stack-trace\":\"no \\\"luck\\\"\","
            "\"serialized-throwable\":\"\"}}");
  EXPECT_TRUE(IsHexId(RandomHexId()));
  EXPECT_FALSE(IsHexId("0123456789ABCDEF0123456789ABCDEF"));
}

TEST(SnapshotCacheTest, IsTakenOnceForAllWhoLook) {
  FakeClock clock;
  std::vector<SnapshotCache::Got> asked;
  SnapshotCache cache([&](SnapshotCache::Got got) { asked.push_back(std::move(got)); }, clock,
                      Duration(250));
  std::vector<int64_t> seen;
  const auto look = [&] {
    cache.Get([&](std::shared_ptr<const ClusterSnapshot> got) { seen.push_back(got->epoch); });
  };
  const auto answer = [&](size_t which, int64_t epoch) {
    auto snapshot = std::make_shared<ClusterSnapshot>();
    snapshot->epoch = epoch;
    asked.at(which)(snapshot);
  };
  look();
  look();
  EXPECT_EQ(asked.size(), 1u);
  answer(0, 1);
  EXPECT_EQ(seen, (std::vector<int64_t>{1, 1}));
  clock.now += 250;
  look();
  EXPECT_EQ(asked.size(), 1u);
  EXPECT_EQ(seen.size(), 3u);
  clock.now += 1;
  look();
  EXPECT_EQ(asked.size(), 2u);
  // A change while it is taken: who looks after that gets one that was taken after it.
  cache.Forget();
  look();
  ASSERT_EQ(asked.size(), 3u);
  answer(1, 2);
  EXPECT_EQ(seen.size(), 3u);
  answer(2, 3);
  EXPECT_EQ(seen, (std::vector<int64_t>{1, 1, 1, 3, 3}));
  cache.Forget();
  look();
  EXPECT_EQ(asked.size(), 4u);
  answer(3, 4);
  // What somebody looked for was not in it.
  std::shared_ptr<const ClusterSnapshot> last;
  cache.Get([&](std::shared_ptr<const ClusterSnapshot> got) { last = got; });
  cache.GetNewer(last, [&](auto got) { seen.push_back(got->epoch); });
  ASSERT_EQ(asked.size(), 5u);
  cache.GetNewer(last, [&](auto got) { seen.push_back(got->epoch); });
  EXPECT_EQ(asked.size(), 5u);  // it is on its way
  answer(4, 5);
  EXPECT_EQ(seen, (std::vector<int64_t>{1, 1, 1, 3, 3, 4, 5, 5}));
  cache.GetNewer(last, [&](auto got) { seen.push_back(got->epoch); });
  EXPECT_EQ(seen.back(), 5);
}

}  // namespace
}  // namespace weir
