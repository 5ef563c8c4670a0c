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
#include "state/slot_layout.h"

// A file of keyed state, version 2: what one snapshot says about one table, sorted. Numbers are
// least significant byte first.
//
//   "WEIRSTA2"  length of the header (u32)  header (weir.checkpoint.StateFileHeader)  their XXH64
//   blocks, one after the other
//   index: the slices that were dropped, and of each block what it holds and its checksum
//   place and length of the index, its checksum, the checksum of these (4 * u64)
//
// Every byte is covered by a checksum whose seed is the file's own header and the block's place, so
// that a block of another file or place does not pass. The blocks together are every entry of the
// table, or every one that changed, in order of (slice, key group, key), each key once.
// A block's entries: (length of key * 2 + erased) as varint, the key, and the slot as SlotWriter
// has it unless erased.

namespace weir {

// Blocks are closed at about this size: what a look-up reads.
inline constexpr size_t kBlockBytes = 16 << 10;

// An entry of a table as bytes. `slot` is empty when erased.
struct StateEntry {
  int64_t slice = 0;
  uint64_t hash = 0;  // of the key (HashOf)
  int32_t group = 0;  // that follows from it
  bool erased = false;
  std::string_view key;
  std::string_view slot;
};

void AppendErased(std::string_view key, std::string& payload);
void AppendKey(std::string_view key, std::string& payload);  // the slot must follow

class StateFileWriter {
 public:
  // Where the bytes go.
  using Sink = std::function<Status(std::string_view)>;
  StateFileWriter(const checkpoint::StateFileHeader& header, Sink sink);
  // Older files hold nothing of the slice from here on; its entries in this file are newer.
  void Drop(int64_t slice) { dropped_.push_back(slice); }
  // In strictly ascending order of (slice, key group, key).
  Status Add(const StateEntry& entry);
  Status End();

 private:
  Status CloseBlock();
  Status Write(std::string_view bytes);

  std::string head_;  // not yet written
  Sink sink_;
  uint64_t seed_;
  uint64_t at_ = 0;  // bytes written
  std::vector<int64_t> dropped_;
  std::string index_;  // of the closed blocks
  uint64_t blocks_ = 0;

  std::string block_;  // that is open, and what is known of it
  int64_t slice_ = 0;
  KeyGroupRange groups_;
  std::string first_key_, last_key_;
  std::vector<uint64_t> hashes_;
};

// Thread-safe once open, as far as the file is.
class StateFileReader {
 public:
  struct Block {
    int64_t slice;
    KeyGroupRange groups;
    std::string first_key;  // in the first of the groups
    std::string filter;     // over its keys
    uint64_t at;
    uint64_t length;
    uint64_t checksum;

    // False: it does not hold a key of this hash.
    bool MayHold(uint64_t hash) const;
  };

  // Reads the header and the index. `path` goes into errors. kDataLoss for anything that a
  // StateFileWriter did not write.
  static StatusOr<std::unique_ptr<StateFileReader>> Open(std::unique_ptr<ReadableFile> file,
                                                         std::string path);

  const checkpoint::StateFileHeader& header() const { return header_; }
  const std::string& path() const { return path_; }
  uint64_t bytes() const { return size_; }
  const std::vector<int64_t>& dropped() const { return dropped_; }
  const std::vector<Block>& blocks() const { return blocks_; }  // in order
  Status ReadBlock(size_t number, std::string& payload) const;

 private:
  StateFileReader(std::unique_ptr<ReadableFile> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}
  Status ReadHeader();
  Status ReadIndex();
  bool ParseIndex(std::string_view index);
  Status ReadExactly(uint64_t at, uint64_t size, std::string& out) const;
  Status Damaged(const std::string& why) const;

  std::unique_ptr<ReadableFile> file_;
  std::string path_;
  uint64_t size_ = 0;
  uint64_t seed_ = 0;
  uint64_t blocks_at_ = 0;
  uint64_t index_at_ = 0;
  checkpoint::StateFileHeader header_;
  std::vector<int64_t> dropped_;
  std::vector<Block> blocks_;
};

// Takes an entry's key, and whether it is erased, off the front of `bytes`; its slot follows. False
// for bytes that are no entry.
bool TakeKey(std::string_view& bytes, std::string_view& key, bool& erased);

// A file that travels inside a handle.
std::unique_ptr<ReadableFile> MakeStringFile(std::string bytes);

void SetFields(const SlotLayout& layout, checkpoint::StateFileHeader& header);
std::vector<SlotField> GetFields(const checkpoint::StateFileHeader& header);

}  // namespace weir
