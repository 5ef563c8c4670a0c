#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/http/http_message.h"

namespace weir {

// Whether the client reads Content-Encoding: gzip.
bool AcceptsGzip(const HttpRequest& request);

// Compresses a body that has no end, piece by piece. Each can be read as soon as it is there, and
// is small where it is like those before it.
class GzipBody {
 public:
  GzipBody();

  std::string Compress(std::string_view piece);

 private:
  struct Stream;
  struct End {
    void operator()(Stream* stream) const;
  };
  std::unique_ptr<Stream, End> stream_;
};

}  // namespace weir
