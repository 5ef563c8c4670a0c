#include "connectors/filesystem/file_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <set>

#include "common/base/failpoint.h"
#include "connectors/blocking_call.h"
#include "connectors/filesystem/filesystem.h"
#include "connectors/table_options.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

Status SystemError(const std::string& what, const std::string& path) {
  return UnavailableError(what + " " + path + ": " + std::strerror(errno));
}

// A part has a hidden name, ".part-JOB-SUBTASK-ATTEMPT-NUMBER", until a checkpoint that holds its
// rows is complete; then it loses the dot. JOB stands for lineage and sink.
std::string JobOf(const WriterIdentity& id) {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c : id.lineage + "/" + id.sink_uid) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  char hex[17];
  std::snprintf(hex, sizeof(hex), "%08x", static_cast<unsigned>(hash ^ (hash >> 32)));
  return hex;
}

// What a hidden name says; nothing for names that are not ours.
struct PartName {
  std::string job;
  int64_t attempt = 0;
};
std::optional<PartName> ParsePartName(const std::string& name) {
  char job[9];
  long long attempt = 0;
  int used = 0;
  if (std::sscanf(name.c_str(), ".part-%8[0-9a-f]-%*d-%lld-%*d%n", job, &attempt, &used) != 2 ||
      static_cast<size_t>(used) != name.size()) {
    return std::nullopt;
  }
  return PartName{job, attempt};
}

// A part being written. Used by one thread at a time: the task's, or the I/O pool's while a Flush
// runs.
struct Part {
  int descriptor = -1;
  std::string hidden;
  ~Part() {
    if (descriptor >= 0) ::close(descriptor);
  }

  Status Append(std::string_view text) {
    RETURN_IF_ERROR(Failpoint("part-write"));
    while (!text.empty()) {
      ssize_t n = ::write(descriptor, text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return SystemError("cannot write", hidden);
      text.remove_prefix(static_cast<size_t>(n));
    }
    return OkStatus();
  }

  Status Seal() {
    RETURN_IF_ERROR(Failpoint("part-sync"));
    if (::fsync(descriptor) != 0) return SystemError("cannot sync", hidden);
    ::close(std::exchange(descriptor, -1));
    return OkStatus();
  }
};

Status SyncFolder(const std::string& folder) {
  RETURN_IF_ERROR(Failpoint("part-folder-sync"));
  int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return SystemError("cannot open", folder);
  int result = ::fsync(descriptor);
  ::close(descriptor);
  return result == 0 ? OkStatus() : SystemError("cannot sync", folder);
}

class FileWriter final : public SinkWriter {
 public:
  FileWriter(std::string folder, int64_t part_bytes, std::unique_ptr<Encoder> encoder,
             SinkWriterContext context)
      : folder_(std::move(folder)),
        part_bytes_(part_bytes),
        encoder_(std::move(encoder)),
        context_(std::move(context)) {}

  Status Open() {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) {
      return PermissionDeniedError("cannot make the folder " + folder_ + ": " + error.message());
    }
    return OkStatus();
  }

  StatusOr<bool> Write(const Batch& batch) override {
    if (sealing_.running()) return false;
    RETURN_IF_ERROR(sealing_.Take().value_or(OkStatus()));
    text_.clear();
    for (size_t row = 0; row < batch.rows(); ++row) {
      RETURN_IF_ERROR(encoder_->Encode(batch, row, text_));
      text_ += '\n';
    }
    if (text_.empty()) return true;
    if (!current_) RETURN_IF_ERROR(OpenPart());
    RETURN_IF_ERROR(current_->Append(text_));
    written_ += static_cast<int64_t>(text_.size());
    if (written_ >= part_bytes_) full_.push_back(std::move(current_));
    return true;
  }

  StatusOr<bool> Flush() override {
    if (sealing_.running()) return false;
    RETURN_IF_ERROR(sealing_.Take().value_or(OkStatus()));
    if (current_) full_.push_back(std::move(current_));
    if (full_.empty()) return true;
    for (const std::shared_ptr<Part>& part : full_) sealed_.push_back(part->hidden);
    sealing_.Start(context_.run_blocking, context_.wake,
                   [parts = std::move(full_), folder = folder_]() -> Status {
                     for (const std::shared_ptr<Part>& part : parts) RETURN_IF_ERROR(part->Seal());
                     return SyncFolder(folder);
                   });
    full_.clear();
    if (!sealing_.has_result()) return false;
    RETURN_IF_ERROR(*sealing_.Take());
    return true;
  }

  StatusOr<std::vector<std::string>> PrepareCommit(CheckpointId) override {
    return std::exchange(sealed_, {});
  }

 private:
  Status OpenPart() {
    RETURN_IF_ERROR(Failpoint("part-create"));
    const WriterIdentity& id = context_.identity;
    current_ = std::make_shared<Part>();
    current_->hidden = folder_ + "/.part-" + JobOf(id) + "-" + std::to_string(id.subtask) + "-" +
                       std::to_string(id.attempt) + "-" + std::to_string(parts_++);
    current_->descriptor =
        ::open(current_->hidden.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    written_ = 0;
    return current_->descriptor < 0 ? SystemError("cannot create", current_->hidden) : OkStatus();
  }

  const std::string folder_;
  const int64_t part_bytes_;
  const std::unique_ptr<Encoder> encoder_;
  const SinkWriterContext context_;
  std::shared_ptr<Part> current_;
  std::vector<std::shared_ptr<Part>> full_;
  int64_t written_ = 0;  // to current_
  int64_t parts_ = 0;
  BlockingCall sealing_;
  std::vector<std::string> sealed_;  // for the next checkpoint
  std::string text_;
};

class FileCommitter final : public SinkCommitter {
 public:
  Status Commit(CheckpointId id, const std::vector<std::string>& parts) override {
    std::set<std::string> folders;
    for (const std::string& hidden : parts) {
      RETURN_IF_ERROR(Show(id, hidden));
      folders.insert(fs::path(hidden).parent_path().string());
    }
    for (const std::string& folder : folders) RETURN_IF_ERROR(SyncFolder(folder));
    for (const std::string& hidden : parts) RemoveForgotten(hidden);
    return OkStatus();
  }

 private:
  static Status Show(CheckpointId id, const std::string& hidden) {
    RETURN_IF_ERROR(Failpoint("part-rename"));
    const fs::path path(hidden);
    const fs::path visible = path.parent_path() / path.filename().string().substr(1);
    if (::rename(hidden.c_str(), visible.c_str()) == 0) return Failpoint("part-renamed");
    if (errno != ENOENT) return SystemError("cannot rename to", visible.string());
    std::error_code error;
    if (fs::exists(visible, error)) return OkStatus();  // by an earlier call
    return DataLossError("checkpoint " + std::to_string(id.value()) + " holds rows in " + hidden +
                         ", which is gone: its rows are lost, unless somebody has moved it from " +
                         visible.string());
  }

  // What earlier attempts wrote and no checkpoint knows: of those that one knows, none is left
  // before a part of this attempt is committed.
  static void RemoveForgotten(const std::string& committed) {
    const fs::path path(committed);
    std::optional<PartName> mine = ParsePartName(path.filename().string());
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(path.parent_path(), error)) {
      std::optional<PartName> name = ParsePartName(entry.path().filename().string());
      if (!mine || !name || name->job != mine->job || name->attempt >= mine->attempt) continue;
      std::error_code ignored;
      fs::remove(entry.path(), ignored);
    }
  }
};

class FileSink final : public Sink {
 public:
  FileSink(TableInfo table, std::string folder, int64_t part_bytes)
      : table_(std::move(table)), folder_(std::move(folder)), part_bytes_(part_bytes) {}

  Status Validate() override {
    std::error_code error;
    fs::file_status status = fs::status(folder_, error);
    if (fs::exists(status) && !fs::is_directory(status)) {
      return InvalidArgumentError("table `" + table_.name + "`: the path '" + folder_ +
                                  "' is a file; rows are written into a folder");
    }
    return OkStatus();
  }

  bool shows_at_checkpoints() const override { return true; }
  StatusOr<std::unique_ptr<SinkWriter>> MakeWriter(SinkWriterContext context) override {
    ASSIGN_OR_RETURN(std::unique_ptr<Encoder> encoder, MakeValueEncoder(table_));
    auto writer =
        std::make_unique<FileWriter>(folder_, part_bytes_, std::move(encoder), std::move(context));
    RETURN_IF_ERROR(writer->Open());
    return std::unique_ptr<SinkWriter>(std::move(writer));
  }
  StatusOr<std::unique_ptr<SinkCommitter>> MakeCommitter(WriterIdentity) override {
    return std::unique_ptr<SinkCommitter>(std::make_unique<FileCommitter>());
  }

 private:
  const TableInfo table_;
  const std::string folder_;
  const int64_t part_bytes_;
};

}  // namespace

StatusOr<std::unique_ptr<Sink>> MakeFileSink(const TableInfo& table) {
  TableOptions options(table);
  StatusOr<std::string> path = LocalPath(options.Required("path"));
  if (!path.ok()) options.Fail("path", "is refused: " + path.status().message());
  int64_t part_bytes = options.MemorySize("sink.rolling-policy.file-size", 128 << 20);
  // A part ends with each checkpoint, long before these say.
  options.Duration("sink.rolling-policy.rollover-interval", Duration(1'800'000));
  options.Duration("sink.rolling-policy.check-interval", Duration(60'000));
  options.Accept("source.monitor-interval");
  options.ReadFormats(/*reading=*/false, /*keyed=*/false);
  RETURN_IF_ERROR(options.Finish());
  return std::unique_ptr<Sink>(std::make_unique<FileSink>(table, *path, part_bytes));
}

}  // namespace weir
