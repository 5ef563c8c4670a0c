#pragma once

#include <string>

#include "common/base/status.h"

// Secrets that clients bring: the server keeps a hash only.

namespace weir {

std::string MakeToken();                          // "weir_" and 64 hex digits
std::string HashToken(const std::string& token);  // 64 hex digits of SHA-256
// Takes as long for what is nearly right as for what is wrong.
bool IsToken(const std::string& text, const std::string& hash);

// The hash in a file that only its owner reads. Refuses to replace one (already exists).
Status WriteTokenHash(const std::string& path, const std::string& hash);
StatusOr<std::string> ReadTokenHash(const std::string& path);

}  // namespace weir
