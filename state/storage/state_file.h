#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/fs/file_system.h"
#include "proto/checkpoint.pb.h"
#include "state/key_groups.h"
#include "state/slot_codec.h"
#include "state/slot_layout.h"

// A file of keyed state, version 1: what one snapshot says about one table. Numbers are least
// significant byte first.
//
//   "WEIRSTA1"  length of the header (u32)  header (weir.checkpoint.StateFileHeader)  XXH64 of
//   these sections, each a SectionHead and its payload; the last one is of kind kEnd and empty
//
// Sections apply in order. Every byte is covered by a checksum whose seed is the file's own header
// and the section's place, so that a section of another file or place does not pass.
// A payload is a sequence of entries: (length of key * 2 + erased) as varint, the key, and the slot
// as SlotWriter has it unless erased.

namespace weir {

enum class SectionKind : uint32_t {
  kChanges = 0,  // entries of one slice; in a base file sorted by (key group, key)
  kDropped = 1,  // the slice is empty from here on
  kEnd = 2,
};

// Sections are closed at about this size.
inline constexpr size_t kSectionBytes = 1 << 20;

struct StateSection {
  SectionKind kind = SectionKind::kChanges;
  int64_t slice = 0;
  KeyGroupRange groups;  // its keys lie in it
  std::string payload;
};

void AppendErased(std::string_view key, std::string& payload);
void AppendKey(std::string_view key, std::string& payload);  // the slot must follow

class StateFileWriter {
 public:
  // Where the bytes go.
  using Sink = std::function<Status(std::string_view)>;
  StateFileWriter(const checkpoint::StateFileHeader& header, Sink sink);
  Status Add(const StateSection& section);
  Status End();

 private:
  Status Write(SectionKind kind, int64_t slice, KeyGroupRange groups, std::string_view payload);

  std::string head_;  // not yet written
  Sink sink_;
  uint64_t seed_;
  uint64_t next_ = 0;
};

class StateFileReader {
 public:
  struct Section {
    SectionKind kind;
    int64_t slice;
    KeyGroupRange groups;
    uint64_t number;
    uint64_t at;  // of its payload
    uint64_t length;
    uint64_t checksum;
  };

  // Reads the header and the heads of all sections. `path` goes into errors. kDataLoss for anything
  // that a StateFileWriter did not write.
  static StatusOr<std::unique_ptr<StateFileReader>> Open(std::unique_ptr<ReadableFile> file,
                                                         std::string path);

  const checkpoint::StateFileHeader& header() const { return header_; }
  const std::string& path() const { return path_; }
  const std::vector<Section>& sections() const { return sections_; }  // without the end
  Status ReadPayload(const Section& section, std::string& payload);

 private:
  StateFileReader(std::unique_ptr<ReadableFile> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}
  Status ReadHeads();
  Status ReadExactly(uint64_t at, uint64_t size, std::string& out);
  Status Damaged(const std::string& why) const;

  std::unique_ptr<ReadableFile> file_;
  std::string path_;
  uint64_t size_ = 0;
  uint64_t seed_ = 0;
  checkpoint::StateFileHeader header_;
  std::vector<Section> sections_;
};

// Walks the entries of a payload.
struct StateEntry {
  std::string_view key;
  bool erased = false;
  std::string_view slot;  // encoded
};
class StateEntryCursor {
 public:
  StateEntryCursor(std::string_view payload, const SlotReader& reader)
      : rest_(payload), reader_(&reader) {}
  // False at the end and at bytes that are no entry.
  bool Next(StateEntry& entry);
  bool damaged() const { return damaged_; }

 private:
  std::string_view rest_;
  const SlotReader* reader_;
  bool damaged_ = false;
};

// A file that travels inside a handle.
std::unique_ptr<ReadableFile> MakeStringFile(std::string bytes);

void SetFields(const SlotLayout& layout, checkpoint::StateFileHeader& header);
std::vector<SlotField> GetFields(const checkpoint::StateFileHeader& header);

}  // namespace weir
