#include <cstring>

#include "state/storage/checkpoint_storage.h"

// A manifest on disk, all numbers least significant byte first:
//   8 bytes   "WEIRMAN1": the last character is the version
//   8 bytes   length of the message
//   message   weir.checkpoint.CheckpointManifest
//   8 bytes   XXH64 of everything before

namespace weir {
namespace {

constexpr std::string_view kMagic = "WEIRMAN1";
constexpr uint32_t kManifestVersion = 1;

void PutU64(uint64_t v, std::string& out) {
  out.append(reinterpret_cast<const char*>(&v), sizeof(v));
}
uint64_t GetU64(std::string_view bytes, size_t at) {
  uint64_t v;
  std::memcpy(&v, bytes.data() + at, sizeof(v));
  return v;
}

Status Refuse(const std::string& name, const std::string& why) {
  return DataLossError("checkpoint manifest " + name + " " + why);
}

}  // namespace

std::string EncodeManifest(const checkpoint::CheckpointManifest& manifest) {
  checkpoint::CheckpointManifest versioned = manifest;
  versioned.set_version(kManifestVersion);
  const std::string message = versioned.SerializeAsString();
  std::string out(kMagic);
  PutU64(message.size(), out);
  out += message;
  PutU64(Xxh64::Hash(out), out);
  return out;
}

StatusOr<checkpoint::CheckpointManifest> DecodeManifest(std::string_view bytes,
                                                        const std::string& name) {
  const size_t head = kMagic.size() + 8;
  if (bytes.size() < head + 8) return Refuse(name, "is too short to be one");
  if (bytes.substr(0, kMagic.size() - 1) != kMagic.substr(0, kMagic.size() - 1)) {
    return Refuse(name, "is not one: it does not begin as one");
  }
  if (GetU64(bytes, bytes.size() - 8) != Xxh64::Hash(bytes.substr(0, bytes.size() - 8))) {
    return Refuse(name, "is damaged: its checksum does not match");
  }
  if (bytes[kMagic.size() - 1] != kMagic.back()) {
    return Refuse(name, "was written by a newer version of Weir");
  }
  if (GetU64(bytes, kMagic.size()) != bytes.size() - head - 8) {
    return Refuse(name, "is damaged: its length does not match");
  }
  checkpoint::CheckpointManifest manifest;
  if (!manifest.ParseFromArray(bytes.data() + head, static_cast<int>(bytes.size() - head - 8))) {
    return Refuse(name, "is damaged: it cannot be parsed");
  }
  if (manifest.version() != kManifestVersion) {
    return Refuse(name, "has version " + std::to_string(manifest.version()) + ", not 1");
  }
  return manifest;
}

}  // namespace weir
