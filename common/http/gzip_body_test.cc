#include "common/http/gzip_body.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace weir {
namespace {

// What a client can read of a body that has come so far.
class Reader {
 public:
  Reader() { inflateInit2(&z_, 16 + MAX_WBITS); }
  ~Reader() { inflateEnd(&z_); }
  std::string Read(std::string piece) {
    z_.next_in = reinterpret_cast<Bytef*>(piece.data());
    z_.avail_in = static_cast<uInt>(piece.size());
    std::string out(1 << 20, '\0');
    z_.next_out = reinterpret_cast<Bytef*>(out.data());
    z_.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&z_, Z_SYNC_FLUSH), Z_OK);
    out.resize(out.size() - z_.avail_out);
    return out;
  }

 private:
  z_stream z_{};
};

TEST(GzipBodyTest, EachPieceCanBeReadWhenItIsThere) {
  GzipBody body;
  Reader reader;
  std::string large;
  for (int64_t i = 0; i < 50'000; ++i) large += static_cast<char>('!' + (i * i + i / 7) % 90);
  for (const std::string& piece : {std::string("a"), large, std::string("b"), large}) {
    EXPECT_EQ(reader.Read(body.Compress(piece)), piece);
  }
}

TEST(GzipBodyTest, WhatIsLikeThePieceBeforeIsSmall) {
  GzipBody body;
  std::string piece;
  for (int i = 0; i < 500; ++i) piece += std::to_string(i * 7919 % 1000) + ",";
  const size_t first = body.Compress(piece).size();
  EXPECT_LT(body.Compress(piece).size(), first / 5);
}

TEST(GzipBodyTest, ForThoseWhoReadIt) {
  EXPECT_TRUE(AcceptsGzip({.headers = {{"accept-encoding", "br, gzip, deflate"}}}));
  EXPECT_FALSE(AcceptsGzip({.headers = {{"accept-encoding", "br"}}}));
  EXPECT_FALSE(AcceptsGzip({}));
}

}  // namespace
}  // namespace weir
