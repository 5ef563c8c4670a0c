#pragma once

#include <string>
#include <string_view>

#include "common/http/http_message.h"

namespace weir {

// A file of a web page, as it lies in the binary.
struct HttpFile {
  std::string_view path;  // "/assets/index-1a2b.js"
  std::string_view content_type;
  std::string_view gzip;  // its bytes, compressed
  std::string_view etag;  // of the bytes, with its quotes
  bool forever = false;   // its path changes with its content: it need not be asked for again
};

// Answers with the file: compressed where the client takes that, 304 where it has it. A page may
// load nothing but its own files and may not be framed by others.
HttpResponse ServeFile(const HttpFile& file, const HttpRequest& request);

}  // namespace weir
