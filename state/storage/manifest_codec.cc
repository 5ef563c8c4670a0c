#include <cstring>

#include "state/storage/checkpoint_storage.h"
#include "state/varint.h"

// A manifest on disk, all numbers least significant byte first:
//   8 bytes   "WEIRMAN1": the last character is the version
//   8 bytes   length of the message
//   message   weir.checkpoint.CheckpointManifest
//   8 bytes   XXH64 of everything before

namespace weir {
namespace {

constexpr std::string_view kManifestMagic = "WEIRMAN1";
constexpr uint32_t kManifestVersion = 1;

uint64_t U64At(std::string_view bytes, size_t at) {
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
  std::string out(kManifestMagic);
  PutFixed64(message.size(), out);
  out += message;
  PutFixed64(Xxh64::Hash(out), out);
  return out;
}

StatusOr<checkpoint::CheckpointManifest> DecodeManifest(std::string_view bytes,
                                                        const std::string& name) {
  const size_t head = kManifestMagic.size() + 8;
  if (bytes.size() < head + 8) return Refuse(name, "is too short to be one");
  if (bytes.substr(0, kManifestMagic.size() - 1) !=
      kManifestMagic.substr(0, kManifestMagic.size() - 1)) {
    return Refuse(name, "is not one: it does not begin as one");
  }
  if (U64At(bytes, bytes.size() - 8) != Xxh64::Hash(bytes.substr(0, bytes.size() - 8))) {
    return Refuse(name, "is damaged: its checksum does not match");
  }
  if (bytes[kManifestMagic.size() - 1] != kManifestMagic.back()) {
    return Refuse(name, "was written by a newer version of Weir");
  }
  if (U64At(bytes, kManifestMagic.size()) != bytes.size() - head - 8) {
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
