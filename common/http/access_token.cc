#include "common/http/access_token.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "common/base/check.h"
#include "common/base/hex.h"

namespace weir {
namespace {

constexpr char kPrefix[] = "sha256:";
constexpr size_t kHashDigits = 2 * SHA256_DIGEST_LENGTH;

}  // namespace

std::string MakeToken() {
  unsigned char bytes[32];
  CHECK(RAND_bytes(bytes, sizeof(bytes)) == 1) << "no randomness";
  return "weir_" + HexText({reinterpret_cast<const char*>(bytes), sizeof(bytes)});
}

std::string HashToken(const std::string& token) {
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash);
  return HexText({reinterpret_cast<const char*>(hash), sizeof(hash)});
}

bool IsToken(const std::string& text, const std::string& hash) {
  const std::string own = HashToken(text);
  return own.size() == hash.size() && CRYPTO_memcmp(own.data(), hash.data(), own.size()) == 0;
}

Status WriteTokenHash(const std::string& path, const std::string& hash) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) {
    return AlreadyExistsError(path + " is there already: delete it to make its token useless");
  }
  if (fd < 0) return UnavailableError("cannot make " + path + ": " + std::strerror(errno));
  const std::string line = kPrefix + hash + "\n";
  const bool written = write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  close(fd);
  if (!written) return UnavailableError("cannot write " + path);
  return OkStatus();
}

StatusOr<std::string> ReadTokenHash(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return NotFoundError("no token file " + path);
  if (!line.starts_with(kPrefix) || line.size() != std::strlen(kPrefix) + kHashDigits) {
    return InvalidArgumentError(path + " is no token file: `weir token create FILE` makes one");
  }
  return line.substr(std::strlen(kPrefix));
}

}  // namespace weir
