#include "connectors/filesystem/file_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "connectors/blocking_call.h"
#include "connectors/filesystem/filesystem.h"
#include "connectors/table_options.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

Status SystemError(const std::string& what, const std::string& path) {
  return UnavailableError(what + " " + path + ": " + std::strerror(errno));
}

// A part being written. Used by one thread at a time: the task's, or the I/O pool's while a Flush
// runs.
struct Part {
  int descriptor = -1;
  std::string hidden, visible;
  ~Part() {
    if (descriptor >= 0) ::close(descriptor);
  }

  Status Append(std::string_view text) {
    while (!text.empty()) {
      ssize_t n = ::write(descriptor, text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return SystemError("cannot write", hidden);
      text.remove_prefix(static_cast<size_t>(n));
    }
    return OkStatus();
  }

  Status Publish() {
    if (::fsync(descriptor) != 0) return SystemError("cannot sync", hidden);
    ::close(std::exchange(descriptor, -1));
    if (::rename(hidden.c_str(), visible.c_str()) != 0) {
      return SystemError("cannot rename to", visible);
    }
    return OkStatus();
  }
};

Status SyncFolder(const std::string& folder) {
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
    // What an earlier attempt of this subtask did not finish will be written again.
    std::string mine = ".part-" + Name() + "-";
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
      if (entry.path().filename().string().starts_with(mine)) {
        std::error_code ignored;
        fs::remove(entry.path(), ignored);
      }
    }
    return OkStatus();
  }

  StatusOr<bool> Write(const Batch& batch) override {
    if (publishing_.running()) return false;
    RETURN_IF_ERROR(publishing_.Take().value_or(OkStatus()));
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
    if (publishing_.running()) return false;
    RETURN_IF_ERROR(publishing_.Take().value_or(OkStatus()));
    if (current_) full_.push_back(std::move(current_));
    if (full_.empty()) return true;
    publishing_.Start(context_.run_blocking, context_.wake,
                      [parts = std::move(full_), folder = folder_]() -> Status {
                        for (const std::shared_ptr<Part>& part : parts) {
                          RETURN_IF_ERROR(part->Publish());
                        }
                        return SyncFolder(folder);
                      });
    full_.clear();
    if (!publishing_.has_result()) return false;
    RETURN_IF_ERROR(*publishing_.Take());
    return true;
  }

 private:
  // Unlike that of any other subtask, sink or job in this folder.
  std::string Name() const {
    const WriterIdentity& id = context_.identity;
    uint64_t hash = 0xcbf29ce484222325;
    for (char c : id.lineage + "/" + id.sink_uid) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    char hex[17];
    std::snprintf(hex, sizeof(hex), "%08x", static_cast<unsigned>(hash ^ (hash >> 32)));
    return std::string(hex) + "-" + std::to_string(id.subtask);
  }

  Status OpenPart() {
    current_ = std::make_shared<Part>();
    std::string name = "part-" + Name() + "-" + std::to_string(context_.identity.attempt) + "-" +
                       std::to_string(parts_++);
    current_->hidden = folder_ + "/." + name;
    current_->visible = folder_ + "/" + name;
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
  BlockingCall publishing_;
  std::string text_;
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

  StatusOr<std::unique_ptr<SinkWriter>> MakeWriter(SinkWriterContext context) override {
    ASSIGN_OR_RETURN(std::unique_ptr<Encoder> encoder, MakeValueEncoder(table_));
    auto writer =
        std::make_unique<FileWriter>(folder_, part_bytes_, std::move(encoder), std::move(context));
    RETURN_IF_ERROR(writer->Open());
    return std::unique_ptr<SinkWriter>(std::move(writer));
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
  options.ReadFormats(/*reading=*/false, /*keyed=*/false);
  RETURN_IF_ERROR(options.Finish());
  return std::unique_ptr<Sink>(std::make_unique<FileSink>(table, *path, part_bytes));
}

}  // namespace weir
