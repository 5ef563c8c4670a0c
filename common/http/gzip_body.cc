#include "common/http/gzip_body.h"

#include <zlib.h>

#include "common/base/check.h"

namespace weir {

bool AcceptsGzip(const HttpRequest& request) {
  const std::string* accepted = request.FindHeader("accept-encoding");
  return accepted != nullptr && accepted->find("gzip") != std::string::npos;
}

struct GzipBody::Stream {
  z_stream z{};
};
void GzipBody::End::operator()(Stream* stream) const {
  deflateEnd(&stream->z);
  delete stream;
}

GzipBody::GzipBody() : stream_(new Stream) {
  constexpr int kGzip = 16;
  constexpr int kMemory = 8;  // zlib's own default
  CHECK_EQ(deflateInit2(&stream_->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip + MAX_WBITS, kMemory,
                        Z_DEFAULT_STRATEGY),
           Z_OK);
}

std::string GzipBody::Compress(std::string_view piece) {
  z_stream& z = stream_->z;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
  z.avail_in = static_cast<uInt>(piece.size());
  std::string out;
  do {
    char room[16 << 10];
    z.next_out = reinterpret_cast<Bytef*>(room);
    z.avail_out = sizeof(room);
    CHECK_NE(deflate(&z, Z_SYNC_FLUSH), Z_STREAM_ERROR);
    out.append(room, sizeof(room) - z.avail_out);
  } while (z.avail_out == 0);
  return out;
}

}  // namespace weir
