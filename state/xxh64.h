#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

// XXH64, as its public specification has it. The hash of keys (seed 0) and the checksum of files:
// frozen by golden vectors.

namespace weir {

// Of a byte string that arrives in pieces.
class Xxh64 {
 public:
  explicit Xxh64(uint64_t seed = 0);
  void Update(std::string_view bytes);
  uint64_t Digest() const;  // of all bytes so far

  static uint64_t Hash(std::string_view bytes, uint64_t seed = 0);
  // The hash of the 8 bytes of `value`, least significant first.
  static uint64_t Hash8(uint64_t value) {
    uint64_t h = kPrime5 + 8;
    h ^= Rotate(value * kPrime2, 31) * kPrime1;
    h = Rotate(h, 27) * kPrime1 + kPrime4;
    return Avalanche(h);
  }

 private:
  static constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87u;
  static constexpr uint64_t kPrime2 = 0xC2B2AE3D27D4EB4Fu;
  static constexpr uint64_t kPrime3 = 0x165667B19E3779F9u;
  static constexpr uint64_t kPrime4 = 0x85EBCA77C2B2AE63u;
  static constexpr uint64_t kPrime5 = 0x27D4EB2F165667C5u;
  static constexpr uint64_t Rotate(uint64_t x, int bits) { return x << bits | x >> (64 - bits); }
  static constexpr uint64_t Round(uint64_t acc, uint64_t input) {
    return Rotate(acc + input * kPrime2, 31) * kPrime1;
  }
  static constexpr uint64_t Avalanche(uint64_t h) {
    h = (h ^ h >> 33) * kPrime2;
    h = (h ^ h >> 29) * kPrime3;
    return h ^ h >> 32;
  }
  void Stripe(const char* at);
  uint64_t Merge() const;
  static uint64_t Tail(uint64_t h, const char* at, size_t size);

  uint64_t seed_;
  uint64_t lanes_[4];
  uint64_t total_ = 0;
  char buffer_[32];
  size_t buffered_ = 0;
};

}  // namespace weir
