#include "operators/sink_log.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/base/planted_bug.h"
#include "common/data/batch_codec.h"
#include "state/xxh64.h"

namespace weir {
namespace {

// Blocks: a header, then elements of common/data/batch_codec.h. Little endian.
struct BlockHeader {
  uint64_t length;  // of what follows
  uint64_t zero = 0;
};
constexpr size_t kBlockBytes = 256 << 10;  // about
constexpr size_t kSpillBytes = 4 << 20;    // that wait, before they are written
constexpr size_t kMostHeld = 16 << 20;     // before rows are refused
constexpr Timestamp kRetryMs = 1000;
constexpr uint64_t kLargestBlock = 1ull << 30;   // anything larger is damage
constexpr size_t kMostWithoutFiles = 256 << 20;  // of one interval

std::string NameOf(const checkpoint::FileHandle& file) {
  return file.path().empty() ? "rows inside the checkpoint" : "the sink log " + file.path();
}

Status Damaged(const checkpoint::FileHandle& file, const std::string& why) {
  return DataLossError(NameOf(file) + ": damaged (" + why +
                       "); the rows of this checkpoint cannot be written from it");
}

// The bytes of a log, wherever they are.
class LogBytes {
 public:
  static StatusOr<LogBytes> Open(const CheckpointStorage* storage,
                                 const checkpoint::FileHandle& handle) {
    LogBytes bytes;
    bytes.handle_ = &handle;
    if (handle.path().empty()) return bytes;
    if (!storage) return InternalError("a sink log in a file, and no storage to read it from");
    ASSIGN_OR_RETURN(bytes.file_, storage->OpenFile(handle));
    return bytes;
  }
  uint64_t length() const { return handle_->length(); }
  Status Read(uint64_t offset, size_t size, std::string& out) {
    out.resize(size);
    if (!file_) {
      if (handle_->content().size() != length() || offset + size > length()) {
        return Damaged(*handle_, "it is cut");
      }
      out.assign(handle_->content(), offset, size);
    } else {
      ASSIGN_OR_RETURN(size_t got, file_->ReadAt(offset, out.data(), size));
      if (got != size) return Damaged(*handle_, "it is cut");
    }
    hash_.Update(out);
    return OkStatus();
  }
  uint64_t Digest() { return hash_.Digest(); }

 private:
  const checkpoint::FileHandle* handle_ = nullptr;
  std::unique_ptr<ReadableFile> file_;
  Xxh64 hash_;
};

}  // namespace

SinkLogWriter::File::~File() {
  if (!handle.path().empty()) storage->Discard({handle.path()});
}

void SinkLogWriter::CloseBlock() {
  if (block_.empty()) return;
  BlockHeader header{.length = block_.size()};
  waiting_.append(reinterpret_cast<const char*>(&header), sizeof(header));
  waiting_ += block_;
  block_.clear();
}

void SinkLogWriter::Collect() {
  std::optional<Status> result = call_.Take();
  if (!result) return;
  std::shared_ptr<File> file = std::exchange(file_, nullptr);
  if (result->ok()) {
    rows_.files.push_back(std::exchange(file->handle, {}));
    failed_ = OkStatus();
    return;
  }
  failed_ = std::move(*result).Annotate("write the rows ahead");
  if (!Planted("refused-rows-forgotten")) waiting_.insert(0, file->bytes);
  retry_at_ = context_.clock->SteadyNow() + kRetryMs;
}

void SinkLogWriter::Spill() {
  retry_at_.reset();
  file_ = std::make_shared<File>();
  file_->storage = context_.storage;
  file_->bytes = std::exchange(waiting_, {});
  call_.Start(context_.run_blocking, context_.wake, [file = file_, id = next_]() -> Status {
    ASSIGN_OR_RETURN(std::unique_ptr<CheckpointFileWriter> out, file->storage->CreateFile(id));
    RETURN_IF_ERROR(out->Append(file->bytes));
    ASSIGN_OR_RETURN(file->handle, out->Finish());
    return OkStatus();
  });
}

StatusOr<bool> SinkLogWriter::Append(const Batch& batch) {
  Collect();
  if (context_.storage && waiting_.size() >= kSpillBytes && !call_.running() &&
      (!retry_at_ || context_.clock->SteadyNow() >= *retry_at_)) {
    Spill();
  }
  const size_t held = waiting_.size() + block_.size() + (file_ ? file_->bytes.size() : 0);
  if (held >= (context_.storage ? kMostHeld : kMostWithoutFiles)) {
    if (context_.storage) return false;
    return ResourceExhaustedError("rows that wait for a checkpoint fill " +
                                  std::to_string(kMostWithoutFiles >> 20) +
                                  " MB, and the job has no checkpoint folder to put them in");
  }
  AppendElement(batch, block_);
  rows_.count += static_cast<int64_t>(batch.rows());
  if (block_.size() >= kBlockBytes) CloseBlock();
  return true;
}

bool SinkLogWriter::Seal() {
  Collect();
  if (call_.running()) return false;
  if (std::exchange(sealing_, false)) return true;
  CloseBlock();
  if (waiting_.empty()) return true;
  if (!context_.storage || waiting_.size() <= context_.storage->inline_bytes()) {
    checkpoint::FileHandle handle;
    handle.set_length(waiting_.size());
    handle.set_checksum(Xxh64::Hash(waiting_));
    handle.set_checkpoint_id(next_.value());
    handle.set_content(std::exchange(waiting_, {}));
    rows_.files.push_back(std::move(handle));
    return true;
  }
  Spill();
  sealing_ = true;
  return call_.running() ? false : Seal();
}

SinkLogWriter::Rows SinkLogWriter::Take(CheckpointId next) {
  CHECK(!file_ && waiting_.empty() && block_.empty()) << "rows that are not sealed";
  next_ = next;
  return std::exchange(rows_, {});
}

Status ReadSinkLog(const CheckpointStorage* storage, const checkpoint::FileHandle& file,
                   const SchemaPtr& schema, const std::function<Status(const Batch&)>& visit) {
  ASSIGN_OR_RETURN(LogBytes log, LogBytes::Open(storage, file));
  std::string text;
  for (uint64_t at = 0; at < log.length();) {
    if (log.length() - at < sizeof(BlockHeader)) return Damaged(file, "it is cut");
    RETURN_IF_ERROR(log.Read(at, sizeof(BlockHeader), text));
    BlockHeader header;
    std::memcpy(&header, text.data(), sizeof(header));
    at += sizeof(header);
    if (header.zero != 0 || header.length > std::min(kLargestBlock, log.length() - at)) {
      return Damaged(file, "a block's length");
    }
    RETURN_IF_ERROR(log.Read(at, static_cast<size_t>(header.length), text));
    at += header.length;
    StatusOr<std::vector<StreamElement>> elements = DecodeElements(std::move(text), schema);
    if (!elements.ok()) return Damaged(file, elements.status().message());
    text.clear();
    for (const StreamElement& element : *elements) {
      const Batch* batch = std::get_if<Batch>(&element);
      if (!batch) return Damaged(file, "something that is no batch");
      RETURN_IF_ERROR(visit(*batch));
    }
  }
  if (log.Digest() != file.checksum()) return Damaged(file, "its checksum does not match");
  return OkStatus();
}

}  // namespace weir
