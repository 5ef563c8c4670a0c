#include "state/storage/state_file.h"

#include <cstring>

#include "state/varint.h"
#include "state/xxh64.h"

namespace weir {
namespace {

constexpr std::string_view kMagic = "WEIRSTA1";
constexpr uint32_t kMaxHeaderBytes = 1 << 24;
constexpr uint64_t kMaxSectionBytes = uint64_t{1} << 32;

struct SectionHead {
  uint32_t kind;
  uint32_t first_key_group;
  uint32_t last_key_group;
  uint32_t zero;
  int64_t slice;
  uint64_t length;    // of the payload
  uint64_t checksum;  // of the payload
  uint64_t head_checksum;
};
static_assert(sizeof(SectionHead) == 48);
constexpr size_t kHeadHashed = offsetof(SectionHead, head_checksum);

uint64_t HeadChecksum(const SectionHead& head, uint64_t seed, uint64_t number) {
  return Xxh64::Hash({reinterpret_cast<const char*>(&head), kHeadHashed}, seed + 2 * number + 1);
}
uint64_t PayloadChecksum(std::string_view payload, uint64_t seed, uint64_t number) {
  return Xxh64::Hash(payload, seed + 2 * number);
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
    : head_(kMagic), sink_(std::move(sink)) {
  const std::string message = header.SerializeAsString();
  const uint32_t size = static_cast<uint32_t>(message.size());
  head_.append(reinterpret_cast<const char*>(&size), sizeof(size));
  head_ += message;
  seed_ = Xxh64::Hash(head_);
  head_.append(reinterpret_cast<const char*>(&seed_), sizeof(seed_));
}

Status StateFileWriter::Write(SectionKind kind, int64_t slice, KeyGroupRange groups,
                              std::string_view payload) {
  SectionHead head = {};
  head.kind = static_cast<uint32_t>(kind);
  head.first_key_group = static_cast<uint32_t>(groups.first);
  head.last_key_group = static_cast<uint32_t>(groups.last);
  head.slice = slice;
  head.length = payload.size();
  head.checksum = PayloadChecksum(payload, seed_, next_);
  head.head_checksum = HeadChecksum(head, seed_, next_);
  ++next_;
  head_.append(reinterpret_cast<const char*>(&head), sizeof(head));
  RETURN_IF_ERROR(sink_(head_));
  head_.clear();
  return payload.empty() ? OkStatus() : sink_(payload);
}

Status StateFileWriter::Add(const StateSection& section) {
  return Write(section.kind, section.slice, section.groups, section.payload);
}

Status StateFileWriter::End() { return Write(SectionKind::kEnd, 0, {}, {}); }

// ---- Reading

Status StateFileReader::Damaged(const std::string& why) const {
  return DataLossError("state file " + path_ + " is damaged: " + why);
}

Status StateFileReader::ReadExactly(uint64_t at, uint64_t size, std::string& out) {
  if (at > size_ || size > size_ - at) return Damaged("it ends too early");
  out.resize(size);
  StatusOr<size_t> got = file_->ReadAt(at, out.data(), size);
  if (!got.ok()) return std::move(got).status();
  return *got == size ? OkStatus() : Damaged("it ends too early");
}

StatusOr<std::unique_ptr<StateFileReader>> StateFileReader::Open(std::unique_ptr<ReadableFile> file,
                                                                 std::string path) {
  std::unique_ptr<StateFileReader> reader(new StateFileReader(std::move(file), std::move(path)));
  RETURN_IF_ERROR(reader->ReadHeads());
  return reader;
}

Status StateFileReader::ReadHeads() {
  ASSIGN_OR_RETURN(size_, file_->Size());
  std::string bytes;
  const size_t prefix = kMagic.size() + sizeof(uint32_t);
  RETURN_IF_ERROR(ReadExactly(0, prefix, bytes));
  if (!bytes.starts_with(kMagic)) return Damaged("it does not begin as a state file, version 1");
  uint32_t length;
  std::memcpy(&length, bytes.data() + kMagic.size(), sizeof(length));
  if (length > kMaxHeaderBytes) return Damaged("its header is too long");
  RETURN_IF_ERROR(ReadExactly(0, prefix + length + sizeof(seed_), bytes));
  std::memcpy(&seed_, bytes.data() + prefix + length, sizeof(seed_));
  if (seed_ != Xxh64::Hash(std::string_view(bytes).substr(0, prefix + length))) {
    return Damaged("the checksum of its header does not match");
  }
  if (!header_.ParseFromArray(bytes.data() + prefix, static_cast<int>(length))) {
    return Damaged("its header cannot be parsed");
  }
  uint64_t at = bytes.size();
  for (uint64_t number = 0;; ++number) {
    RETURN_IF_ERROR(ReadExactly(at, sizeof(SectionHead), bytes));
    SectionHead head;
    std::memcpy(&head, bytes.data(), sizeof(head));
    if (head.head_checksum != HeadChecksum(head, seed_, number)) {
      return Damaged("the checksum of section " + std::to_string(number) + " does not match");
    }
    at += sizeof(head);
    if (head.kind > static_cast<uint32_t>(SectionKind::kEnd) || head.length > kMaxSectionBytes ||
        head.length > size_ - at) {
      return Damaged("section " + std::to_string(number) + " is none");
    }
    const auto kind = static_cast<SectionKind>(head.kind);
    if (kind == SectionKind::kEnd) {
      return at == size_ ? OkStatus() : Damaged("something follows its end");
    }
    sections_.push_back(
        {kind,
         head.slice,
         {static_cast<int32_t>(head.first_key_group), static_cast<int32_t>(head.last_key_group)},
         number,
         at,
         head.length,
         head.checksum});
    at += head.length;
  }
}

Status StateFileReader::ReadPayload(const Section& section, std::string& payload) {
  RETURN_IF_ERROR(ReadExactly(section.at, section.length, payload));
  if (PayloadChecksum(payload, seed_, section.number) != section.checksum) {
    return Damaged("the checksum of the content of section " + std::to_string(section.number) +
                   " does not match");
  }
  return OkStatus();
}

bool StateEntryCursor::Next(StateEntry& entry) {
  if (rest_.empty() || damaged_) return false;
  uint64_t tag;
  damaged_ = true;
  if (!GetVarint(rest_, tag) || tag / 2 > rest_.size()) return false;
  entry.erased = tag & 1;
  entry.key = rest_.substr(0, tag / 2);
  rest_.remove_prefix(tag / 2);
  std::string_view before = rest_;
  if (!entry.erased && !reader_->Skip(rest_)) return false;
  entry.slot = before.substr(0, before.size() - rest_.size());
  damaged_ = false;
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
