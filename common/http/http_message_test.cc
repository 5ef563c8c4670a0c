#include "common/http/http_message.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

std::string Show(std::string_view target) {
  HttpRequest request;
  if (Status s = ParseTarget(target, &request); !s.ok()) return "refused: " + s.message();
  std::string out;
  for (const std::string& segment : request.segments) out += "/" + segment;
  for (const auto& [name, value] : request.query) out += " " + name + "=" + value;
  return out;
}

TEST(HttpMessageTest, TakesTargetsApart) {
  EXPECT_EQ(Show("/"), "");
  EXPECT_EQ(Show("/jobs/overview"), "/jobs/overview");
  EXPECT_EQ(Show("//jobs///overview/"), "/jobs/overview");
  EXPECT_EQ(Show("/a?x=1&y=&z&x=2"), "/a x=1 y= z= x=2");
  EXPECT_EQ(Show("/a?get=0.in%2C1.in+b&q=a%20b"), "/a get=0.in,1.in b q=a b");
  EXPECT_EQ(Show("/a+b%2fc#part"), "/a+b/c");
  EXPECT_EQ(Show("/a?b=c=d"), "/a b=c=d");
}

TEST(HttpMessageTest, RefusesWhatIsNoTarget) {
  EXPECT_EQ(Show("jobs"), "refused: the URL has no path");
  EXPECT_EQ(Show("http://host/jobs"), "refused: the URL has no path");
  EXPECT_EQ(Show(""), "refused: the URL has no path");
  for (const char* target : {"/%", "/%1", "/%zz", "/a?b=%4", "/a?%"}) {
    EXPECT_EQ(Show(target), "refused: a % without two hex digits in the URL") << target;
  }
  EXPECT_EQ(Show("/a%00b"), "refused: a zero byte in the URL");
  EXPECT_EQ(Show(std::string_view("/a\0b", 4)), "refused: a zero byte in the URL");
}

TEST(HttpMessageTest, FindsTheFirstOfAName) {
  HttpRequest request;
  ASSERT_TRUE(ParseTarget("/?a=1&a=2", &request).ok());
  EXPECT_EQ(*request.FindQuery("a"), "1");
  EXPECT_EQ(request.FindQuery("b"), nullptr);
}

}  // namespace
}  // namespace weir
