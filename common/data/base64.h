#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

// RFC 4648 with padding; line breaks are skipped, padding may be missing. False when malformed;
// what was appended until then is left for the caller to take back.
bool AppendBase64Decoded(std::string_view text, std::vector<uint8_t>& out);
void AppendBase64(std::string_view bytes, std::string& out);

}  // namespace weir
