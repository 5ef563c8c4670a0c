#include "operators/sink_log.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/data/batch_codec.h"
#include "state/xxh64.h"

namespace weir {
namespace {

// Blocks: a header, then elements of common/data/batch_codec.h. Little endian.
struct BlockHeader {
  uint64_t length;  // of what follows
  uint64_t zero = 0;
};
constexpr size_t kBlockBytes = 256 << 10;        // about
constexpr size_t kSpillBytes = 1 << 20;          // that wait, before they are written
constexpr size_t kMostWaiting = 8 << 20;         // before rows are refused
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

void SinkLogWriter::CloseBlock() {
  if (block_.empty()) return;
  BlockHeader header{.length = block_.size()};
  waiting_.append(reinterpret_cast<const char*>(&header), sizeof(header));
  waiting_ += block_;
  block_.clear();
}

Status SinkLogWriter::Collect() {
  std::optional<Status> result = call_.Take();
  if (!result) return failed_;
  if (!result->ok()) {
    failed_ = std::move(*result).Annotate("write the rows ahead");
  } else if (std::exchange(finishing_, false)) {
    rows_.files.push_back(std::move(file_->handle));
    file_.reset();
  }
  return failed_;
}

void SinkLogWriter::Spill(bool finish) {
  if (!file_) file_ = std::make_shared<File>();
  finishing_ = finish;
  auto work = [file = file_, storage = context_.storage, id = next_, finish,
               bytes = std::make_shared<std::string>(std::exchange(waiting_, {}))]() -> Status {
    if (!file->writer) {
      ASSIGN_OR_RETURN(file->writer, storage->CreateFile(id));
    }
    RETURN_IF_ERROR(file->writer->Append(*bytes));
    if (!finish) return OkStatus();
    ASSIGN_OR_RETURN(file->handle, file->writer->Finish());
    return OkStatus();
  };
  call_.Start(context_.run_blocking, context_.wake, std::move(work));
}

StatusOr<bool> SinkLogWriter::Append(const Batch& batch) {
  RETURN_IF_ERROR(Collect());
  if (context_.storage && waiting_.size() >= kSpillBytes && !call_.running()) Spill(false);
  if (waiting_.size() + block_.size() >= (context_.storage ? kMostWaiting : kMostWithoutFiles)) {
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

StatusOr<bool> SinkLogWriter::Seal() {
  RETURN_IF_ERROR(Collect());
  if (call_.running()) return false;
  CloseBlock();
  if (!file_ && waiting_.empty()) return true;
  if (!file_ && (!context_.storage || waiting_.size() <= context_.storage->inline_bytes())) {
    checkpoint::FileHandle handle;
    Xxh64 hash;
    hash.Update(waiting_);
    handle.set_length(waiting_.size());
    handle.set_checksum(hash.Digest());
    handle.set_checkpoint_id(next_.value());
    handle.set_content(std::exchange(waiting_, {}));
    rows_.files.push_back(std::move(handle));
    return true;
  }
  Spill(true);
  if (call_.running()) return false;
  RETURN_IF_ERROR(Collect());
  return true;
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
