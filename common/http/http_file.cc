#include "common/http/http_file.h"

#include <zlib.h>

#include "common/base/check.h"
#include "common/http/gzip_body.h"

namespace weir {
namespace {

constexpr char kPolicy[] =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src "
    "'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

std::string Uncompress(std::string_view gzip) {
  z_stream stream{};
  CHECK_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));
  stream.avail_in = static_cast<uInt>(gzip.size());
  std::string out;
  int state = Z_OK;
  while (state == Z_OK) {
    char piece[16 << 10];
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof(piece);
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(piece, sizeof(piece) - stream.avail_out);
  }
  inflateEnd(&stream);
  CHECK_EQ(state, Z_STREAM_END) << "a file of the page is damaged";
  return out;
}

}  // namespace

HttpResponse ServeFile(const HttpFile& file, const HttpRequest& request) {
  HttpResponse response{.content_type = std::string(file.content_type)};
  response.headers = {
      {"ETag", std::string(file.etag)},
      {"Cache-Control", file.forever ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Vary", "Accept-Encoding"},
      {"Content-Security-Policy", kPolicy},
      {"Referrer-Policy", "no-referrer"}};
  if (const std::string* known = request.FindHeader("if-none-match");
      known != nullptr && known->find(file.etag) != std::string::npos) {
    response.status = 304;
    return response;
  }
  if (AcceptsGzip(request)) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = std::string(file.gzip);
  } else {
    response.body = Uncompress(file.gzip);
  }
  return response;
}

}  // namespace weir
