#include "state/storage/state_file.h"

#include <cstring>
#include <tuple>

#include "common/base/check.h"
#include "state/varint.h"
#include "state/xxh64.h"

namespace weir {
namespace {

constexpr std::string_view kStateFileMagic = "WEIRSTA2";
constexpr uint32_t kMaxHeaderBytes = 1 << 24;

// At the file's end.
struct Footer {
  uint64_t index_at;
  uint64_t index_length;
  uint64_t index_checksum;
  uint64_t checksum;  // of the three before
};
static_assert(sizeof(Footer) == 32);

// What is no block has a place of its own in the checksums.
constexpr uint64_t kIndexPlace = ~uint64_t{0};
constexpr uint64_t kFooterPlace = ~uint64_t{1};

uint64_t ChecksumAt(std::string_view bytes, uint64_t seed, uint64_t place) {
  return Xxh64::Hash(bytes, seed + place);
}
uint64_t ChecksumOf(const Footer& footer, uint64_t seed) {
  return ChecksumAt({reinterpret_cast<const char*>(&footer), offsetof(Footer, checksum)}, seed,
                    kFooterPlace);
}

bool GetString(std::string_view& in, std::string& out) {
  uint64_t size;
  if (!GetVarint(in, size) || size > in.size()) return false;
  out = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

// A Bloom filter over hashes: ten bits a key and six probes, so one of a hundred absent keys
// passes.
constexpr uint64_t kFilterBitsPerKey = 10;
constexpr int kFilterProbes = 6;

template <class F>
void ForEachFilterBit(uint64_t hash, uint64_t bits, F visit) {
  // Hashes of one key group share their high half's remainder: mixed once more.
  hash *= 0x9e3779b97f4a7c15u;
  const uint64_t step = (hash >> 32) | 1;
  for (int i = 0; i < kFilterProbes; ++i, hash += step) visit((hash >> 16) % bits);
}

std::string FilterOf(const std::vector<uint64_t>& hashes) {
  std::string filter((hashes.size() * kFilterBitsPerKey + 7) / 8, '\0');
  for (uint64_t hash : hashes) {
    ForEachFilterBit(hash, filter.size() * 8, [&](uint64_t bit) {
      filter[bit / 8] = static_cast<char>(filter[bit / 8] | 1 << bit % 8);
    });
  }
  return filter;
}

class StringFile : public ReadableFile {
 public:
  explicit StringFile(std::string bytes) : bytes_(std::move(bytes)) {}
  StatusOr<uint64_t> Size() override { return uint64_t{bytes_.size()}; }
  StatusOr<size_t> ReadAt(uint64_t offset, char* out, size_t size) override {
    if (offset >= bytes_.size()) return size_t{0};
    size = std::min(size, bytes_.size() - static_cast<size_t>(offset));
    std::memcpy(out, bytes_.data() + offset, size);
    return size;
  }

 private:
  std::string bytes_;
};

}  // namespace

void AppendErased(std::string_view key, std::string& payload) {
  PutVarint(key.size() * 2 + 1, payload);
  payload += key;
}

void AppendKey(std::string_view key, std::string& payload) {
  PutVarint(key.size() * 2, payload);
  payload += key;
}

// ---- Writing

StateFileWriter::StateFileWriter(const checkpoint::StateFileHeader& header, Sink sink)
    : head_(kStateFileMagic), sink_(std::move(sink)) {
  const std::string message = header.SerializeAsString();
  const uint32_t size = static_cast<uint32_t>(message.size());
  head_.append(reinterpret_cast<const char*>(&size), sizeof(size));
  head_ += message;
  seed_ = Xxh64::Hash(head_);
  head_.append(reinterpret_cast<const char*>(&seed_), sizeof(seed_));
}

Status StateFileWriter::Write(std::string_view bytes) {
  if (!head_.empty()) {
    at_ = head_.size();
    RETURN_IF_ERROR(sink_(head_));
    head_.clear();
  }
  at_ += bytes.size();
  return bytes.empty() ? OkStatus() : sink_(bytes);
}

Status StateFileWriter::Add(const StateEntry& entry) {
  if (block_.empty()) {
    CHECK_EQ(blocks_, 0u);  // it is closed when the next entry is there
  } else {
    CHECK(std::tuple(slice_, groups_.last, std::string_view(last_key_)) <
          std::tuple(entry.slice, entry.group, entry.key))
        << "entries out of order";
    if (entry.slice != slice_ || block_.size() >= kBlockBytes) RETURN_IF_ERROR(CloseBlock());
  }
  if (block_.empty()) {
    slice_ = entry.slice;
    groups_.first = entry.group;
    first_key_ = entry.key;
  }
  groups_.last = entry.group;
  last_key_ = entry.key;
  hashes_.push_back(entry.hash);
  if (entry.erased) {
    AppendErased(entry.key, block_);
  } else {
    AppendKey(entry.key, block_);
    block_ += entry.slot;
  }
  return OkStatus();
}

Status StateFileWriter::CloseBlock() {
  if (block_.empty()) return OkStatus();
  const std::string filter = FilterOf(hashes_);
  PutFixed64(static_cast<uint64_t>(slice_), index_);
  PutVarint(static_cast<uint64_t>(groups_.first), index_);
  PutVarint(static_cast<uint64_t>(groups_.last), index_);
  PutVarint(block_.size(), index_);
  PutFixed64(ChecksumAt(block_, seed_, blocks_++), index_);
  PutVarint(first_key_.size(), index_);
  index_ += first_key_;
  PutVarint(filter.size(), index_);
  index_ += filter;
  RETURN_IF_ERROR(Write(block_));
  block_.clear();
  hashes_.clear();
  return OkStatus();
}

Status StateFileWriter::End() {
  RETURN_IF_ERROR(CloseBlock());
  std::string index;
  PutVarint(dropped_.size(), index);
  for (int64_t slice : dropped_) PutFixed64(static_cast<uint64_t>(slice), index);
  PutVarint(blocks_, index);
  index += index_;
  RETURN_IF_ERROR(Write({}));
  Footer footer = {at_, index.size(), ChecksumAt(index, seed_, kIndexPlace), 0};
  footer.checksum = ChecksumOf(footer, seed_);
  index.append(reinterpret_cast<const char*>(&footer), sizeof(footer));
  return Write(index);
}

// ---- Reading

Status StateFileReader::Damaged(const std::string& why) const {
  return DataLossError("state file " + path_ + " is damaged: " + why);
}

Status StateFileReader::ReadExactly(uint64_t at, uint64_t size, std::string& out) const {
  if (at > size_ || size > size_ - at) return Damaged("it ends too early");
  out.resize(size);
  StatusOr<size_t> got = file_->ReadAt(at, out.data(), size);
  if (!got.ok()) return std::move(got).status();
  return *got == size ? OkStatus() : Damaged("it ends too early");
}

StatusOr<std::unique_ptr<StateFileReader>> StateFileReader::Open(std::unique_ptr<ReadableFile> file,
                                                                 std::string path) {
  std::unique_ptr<StateFileReader> reader(new StateFileReader(std::move(file), std::move(path)));
  RETURN_IF_ERROR(reader->ReadHeader());
  RETURN_IF_ERROR(reader->ReadIndex());
  return reader;
}

Status StateFileReader::ReadHeader() {
  ASSIGN_OR_RETURN(size_, file_->Size());
  std::string bytes;
  const size_t prefix = kStateFileMagic.size() + sizeof(uint32_t);
  RETURN_IF_ERROR(ReadExactly(0, prefix, bytes));
  if (!bytes.starts_with(kStateFileMagic))
    return Damaged("it does not begin as a state file, version 2");
  uint32_t length;
  std::memcpy(&length, bytes.data() + kStateFileMagic.size(), sizeof(length));
  if (length > kMaxHeaderBytes) return Damaged("its header is too long");
  RETURN_IF_ERROR(ReadExactly(0, prefix + length + sizeof(seed_), bytes));
  std::memcpy(&seed_, bytes.data() + prefix + length, sizeof(seed_));
  if (seed_ != Xxh64::Hash(std::string_view(bytes).substr(0, prefix + length))) {
    return Damaged("the checksum of its header does not match");
  }
  if (!header_.ParseFromArray(bytes.data() + prefix, static_cast<int>(length))) {
    return Damaged("its header cannot be parsed");
  }
  blocks_at_ = bytes.size();
  return OkStatus();
}

Status StateFileReader::ReadIndex() {
  Footer footer;
  if (size_ < blocks_at_ + sizeof(footer)) return Damaged("it ends too early");
  std::string bytes;
  RETURN_IF_ERROR(ReadExactly(size_ - sizeof(footer), sizeof(footer), bytes));
  std::memcpy(&footer, bytes.data(), sizeof(footer));
  if (footer.checksum != ChecksumOf(footer, seed_)) {
    return Damaged("the checksum of its end does not match");
  }
  const uint64_t end = size_ - sizeof(footer);
  if (footer.index_at < blocks_at_ || footer.index_at > end ||
      footer.index_length != end - footer.index_at) {
    return Damaged("its index is not where it should be");
  }
  RETURN_IF_ERROR(ReadExactly(footer.index_at, footer.index_length, bytes));
  if (footer.index_checksum != ChecksumAt(bytes, seed_, kIndexPlace)) {
    return Damaged("the checksum of its index does not match");
  }
  index_at_ = footer.index_at;
  return ParseIndex(bytes) ? OkStatus() : Damaged("its index is none");
}

bool StateFileReader::ParseIndex(std::string_view index) {
  uint64_t count;
  if (!GetVarint(index, count) || count > index.size() / sizeof(uint64_t)) return false;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t slice;
    if (!GetFixed64(index, slice)) return false;
    dropped_.push_back(static_cast<int64_t>(slice));
  }
  if (!GetVarint(index, count) || count > index.size()) return false;
  uint64_t at = blocks_at_;
  for (uint64_t i = 0; i < count; ++i) {
    Block& block = blocks_.emplace_back();
    uint64_t slice, first, last;
    if (!GetFixed64(index, slice) || !GetVarint(index, first) || !GetVarint(index, last) ||
        !GetVarint(index, block.length) || !GetFixed64(index, block.checksum) ||
        !GetString(index, block.first_key) || !GetString(index, block.filter)) {
      return false;
    }
    if (first > last || last > INT32_MAX || block.length > index_at_ - at) return false;
    block.slice = static_cast<int64_t>(slice);
    block.groups = {static_cast<int32_t>(first), static_cast<int32_t>(last)};
    block.at = at;
    at += block.length;
  }
  return index.empty() && at == index_at_;
}

Status StateFileReader::ReadBlock(size_t number, std::string& payload) const {
  const Block& block = blocks_[number];
  RETURN_IF_ERROR(ReadExactly(block.at, block.length, payload));
  if (ChecksumAt(payload, seed_, number) != block.checksum) {
    return Damaged("the checksum of block " + std::to_string(number) + " does not match");
  }
  return OkStatus();
}

bool StateFileReader::Block::MayHold(uint64_t hash) const {
  if (filter.empty()) return true;
  bool may = true;
  ForEachFilterBit(hash, filter.size() * 8,
                   [&](uint64_t bit) { may = may && (filter[bit / 8] >> bit % 8 & 1); });
  return may;
}

bool TakeKey(std::string_view& bytes, std::string_view& key, bool& erased) {
  uint64_t tag;
  if (!GetVarint(bytes, tag) || tag / 2 > bytes.size()) return false;
  erased = tag & 1;
  key = bytes.substr(0, tag / 2);
  bytes.remove_prefix(tag / 2);
  return true;
}

std::unique_ptr<ReadableFile> MakeStringFile(std::string bytes) {
  return std::make_unique<StringFile>(std::move(bytes));
}

void SetFields(const SlotLayout& layout, checkpoint::StateFileHeader& header) {
  header.clear_fields();
  for (const SlotField& field : layout.fields()) {
    checkpoint::StateField& out = *header.add_fields();
    out.set_name(field.name);
    out.set_kind(static_cast<uint32_t>(field.kind));
    out.set_width(field.width);
  }
}

std::vector<SlotField> GetFields(const checkpoint::StateFileHeader& header) {
  std::vector<SlotField> fields;
  for (const checkpoint::StateField& field : header.fields()) {
    fields.push_back({field.name(), static_cast<SlotFieldKind>(field.kind()), field.width()});
  }
  return fields;
}

}  // namespace weir
