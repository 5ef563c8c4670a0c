#include "state/xxh64.h"

#include <bit>

namespace weir {
namespace {

static_assert(std::endian::native == std::endian::little);

uint64_t Load64(const char* at) {
  uint64_t v;
  std::memcpy(&v, at, sizeof(v));
  return v;
}
uint32_t Load32(const char* at) {
  uint32_t v;
  std::memcpy(&v, at, sizeof(v));
  return v;
}

}  // namespace

Xxh64::Xxh64(uint64_t seed)
    : seed_(seed), lanes_{seed + kPrime1 + kPrime2, seed + kPrime2, seed, seed - kPrime1} {}

void Xxh64::Stripe(const char* at) {
  for (int i = 0; i < 4; ++i) lanes_[i] = Round(lanes_[i], Load64(at + 8 * i));
}

uint64_t Xxh64::Merge() const {
  uint64_t h =
      Rotate(lanes_[0], 1) + Rotate(lanes_[1], 7) + Rotate(lanes_[2], 12) + Rotate(lanes_[3], 18);
  for (uint64_t lane : lanes_) h = (h ^ Round(0, lane)) * kPrime1 + kPrime4;
  return h;
}

uint64_t Xxh64::Tail(uint64_t h, const char* at, size_t size) {
  for (; size >= 8; at += 8, size -= 8) {
    h = Rotate(h ^ Round(0, Load64(at)), 27) * kPrime1 + kPrime4;
  }
  if (size >= 4) {
    h = Rotate(h ^ Load32(at) * kPrime1, 23) * kPrime2 + kPrime3;
    at += 4;
    size -= 4;
  }
  for (; size > 0; ++at, --size) {
    h = Rotate(h ^ static_cast<uint8_t>(*at) * kPrime5, 11) * kPrime1;
  }
  return Avalanche(h);
}

void Xxh64::Update(std::string_view bytes) {
  if (bytes.empty()) return;  // there may be no memory behind it
  total_ += bytes.size();
  if (buffered_ > 0) {
    size_t take = std::min(sizeof(buffer_) - buffered_, bytes.size());
    std::memcpy(buffer_ + buffered_, bytes.data(), take);
    buffered_ += take;
    bytes.remove_prefix(take);
    if (buffered_ < sizeof(buffer_)) return;
    Stripe(buffer_);
    buffered_ = 0;
  }
  while (bytes.size() >= 32) {
    Stripe(bytes.data());
    bytes.remove_prefix(32);
  }
  if (!bytes.empty()) std::memcpy(buffer_, bytes.data(), bytes.size());
  buffered_ = bytes.size();
}

uint64_t Xxh64::Digest() const {
  uint64_t h = total_ >= 32 ? Merge() : seed_ + kPrime5;
  return Tail(h + total_, buffer_, buffered_);
}

uint64_t Xxh64::Hash(std::string_view bytes, uint64_t seed) {
  if (bytes.size() < 32) return Tail(seed + kPrime5 + bytes.size(), bytes.data(), bytes.size());
  Xxh64 state(seed);
  state.Update(bytes);
  return state.Digest();
}

}  // namespace weir
