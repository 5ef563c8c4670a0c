#include "common/http/http_file.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace weir {
namespace {

// printf 'hello hello hello\n' | gzip -n9
constexpr unsigned char kHello[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff,
                                    0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0x5c,
                                    0x00, 0x3b, 0x7c, 0x8a, 0xdf, 0x12, 0x00, 0x00, 0x00};

HttpFile Hello() {
  return {.path = "/hello.txt",
          .content_type = "text/plain",
          .gzip = std::string_view(reinterpret_cast<const char*>(kHello), sizeof(kHello)),
          .etag = "\"1a\""};
}
std::string Header(const HttpResponse& response, const std::string& wanted) {
  for (const auto& [name, value] : response.headers) {
    if (name == wanted) return value;
  }
  return "";
}

TEST(HttpFileTest, GoesCompressedToWhoTakesThat) {
  const HttpResponse response =
      ServeFile(Hello(), {.headers = {{"accept-encoding", "br, gzip, deflate"}}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, Hello().gzip);
  EXPECT_EQ(Header(response, "Content-Encoding"), "gzip");
}

TEST(HttpFileTest, GoesPlainToOthers) {
  const HttpResponse response = ServeFile(Hello(), {});
  EXPECT_EQ(response.body, "hello hello hello\n");
  EXPECT_EQ(Header(response, "Content-Encoding"), "");
}

TEST(HttpFileTest, IsNotSentAgain) {
  const HttpResponse response = ServeFile(Hello(), {.headers = {{"if-none-match", "\"1a\""}}});
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(response.body, "");
}

TEST(HttpFileTest, IsKeptForeverWhereItsNameChangesWithIt) {
  HttpFile file = Hello();
  EXPECT_EQ(Header(ServeFile(file, {}), "Cache-Control"), "no-cache");
  file.forever = true;
  EXPECT_NE(Header(ServeFile(file, {}), "Cache-Control").find("immutable"), std::string::npos);
}

}  // namespace
}  // namespace weir
