// The target of a request, which strangers write: refused, or read into segments and a query that
// hold no zero byte, and no segment is empty.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/base/check.h"
#include "common/http/http_message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  weir::HttpRequest request;
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  if (!weir::ParseTarget(target, &request).ok()) return 0;
  for (const std::string& segment : request.segments) {
    CHECK(!segment.empty() && segment.find('\0') == std::string::npos);
  }
  for (const auto& [name, value] : request.query) {
    CHECK(name.find('\0') == std::string::npos && value.find('\0') == std::string::npos);
  }
  return 0;
}
