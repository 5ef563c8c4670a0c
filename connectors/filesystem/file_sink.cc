#include "connectors/filesystem/file_sink.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "common/base/failpoint.h"
#include "connectors/blocking_call.h"
#include "connectors/filesystem/filesystem.h"
#include "connectors/filesystem/part_file.h"
#include "connectors/filesystem/partition_folders.h"
#include "connectors/table_options.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

// Of one writer: a table's folders may be more than a process can have files open.
constexpr size_t kMostOpenParts = 64;

// Where and how a table's rows are written.
struct Target {
  std::string path;  // of the table
  int64_t part_bytes = 0;
  PartitionFolders folders;
  std::vector<uint32_t> columns;  // that the files hold: those of the encoder
  SchemaPtr schema;               // of them

  Batch Values(const Batch& batch) const {
    if (folders.depth() == 0) return batch;
    std::vector<ColumnPtr> values;
    for (uint32_t column : columns) values.push_back(batch.column(column));
    return batch.WithColumns(schema, std::move(values));
  }
};

class FileWriter final : public SinkWriter {
 public:
  FileWriter(std::shared_ptr<const Target> target, std::unique_ptr<Encoder> encoder,
             SinkWriterContext context)
      : target_(std::move(target)), encoder_(std::move(encoder)), context_(std::move(context)) {}

  Status Open() {
    std::error_code error;
    fs::create_directories(target_->path, error);
    if (error) {
      return PermissionDeniedError("cannot make the folder " + target_->path + ": " +
                                   error.message());
    }
    return OkStatus();
  }

  StatusOr<bool> Write(const Batch& batch) override {
    if (sealing_.running()) return false;
    RETURN_IF_ERROR(sealing_.Take().value_or(OkStatus()));
    RETURN_IF_ERROR(Encode(batch));
    for (auto& [folder, text] : texts_) {
      if (!text.empty()) RETURN_IF_ERROR(Append(folder, text));
    }
    // One text is used again; those of many folders would be memory that few of them need.
    if (texts_.size() > 1) {
      texts_.clear();
    } else if (!texts_.empty()) {
      texts_.begin()->second.clear();
    }
    return true;
  }

  StatusOr<bool> Flush() override {
    if (sealing_.running()) return false;
    RETURN_IF_ERROR(sealing_.Take().value_or(OkStatus()));
    for (auto& [folder, part] : current_) full_.push_back(std::move(part));
    current_.clear();
    open_.Release();
    if (full_.empty()) return true;
    for (const std::shared_ptr<PartFile>& part : full_) sealed_.push_back(part->path());
    sealing_.Start(context_.run_blocking, context_.wake,
                   [parts = std::exchange(full_, {}), target = target_]() -> Status {
                     for (const auto& part : parts) RETURN_IF_ERROR(part->Seal());
                     return SyncFolders(parts, *target);
                   });
    if (!sealing_.has_result()) return false;
    RETURN_IF_ERROR(*sealing_.Take());
    return true;
  }

  StatusOr<std::vector<std::string>> PrepareCommit(CheckpointId) override {
    return std::exchange(sealed_, {});
  }

 private:
  // The rows' lines, into the text of each row's folder.
  Status Encode(const Batch& batch) {
    const Batch values = target_->Values(batch);
    std::string* text = nullptr;
    std::string folder, last;
    for (size_t row = 0; row < batch.rows(); ++row) {
      target_->folders.FolderOf(batch, row, folder);
      if (text == nullptr || folder != last) {
        text = &texts_[folder];
        last = folder;
      }
      RETURN_IF_ERROR(encoder_->Encode(values, row, *text));
      *text += '\n';
    }
    return OkStatus();
  }

  Status Append(const std::string& folder, std::string_view text) {
    std::shared_ptr<PartFile>& part = current_[folder];
    if (!part) {
      part = std::make_shared<PartFile>(target_->path + "/" + folder + (folder.empty() ? "" : "/") +
                                        HiddenName(context_.identity, parts_++));
    }
    RETURN_IF_ERROR(open_.Use(part));
    RETURN_IF_ERROR(part->Append(text));
    if (part->size() >= target_->part_bytes) {
      full_.push_back(std::move(part));
      current_.erase(folder);
    }
    return OkStatus();
  }

  // The names of the parts, and those of the folders up to the table's.
  static Status SyncFolders(const std::vector<std::shared_ptr<PartFile>>& parts,
                            const Target& target) {
    std::set<std::string> folders;
    for (const std::shared_ptr<PartFile>& part : parts) {
      fs::path folder = fs::path(part->path()).parent_path();
      for (size_t level = 0; level <= target.folders.depth(); ++level) {
        folders.insert(folder.string());
        folder = folder.parent_path();
      }
    }
    for (const std::string& folder : folders) RETURN_IF_ERROR(SyncFolder(folder));
    return OkStatus();
  }

  const std::shared_ptr<const Target> target_;
  const std::unique_ptr<Encoder> encoder_;
  const SinkWriterContext context_;
  // By folder: what is not in its part yet, the part that takes it.
  std::map<std::string, std::string> texts_;
  std::map<std::string, std::shared_ptr<PartFile>> current_;
  std::vector<std::shared_ptr<PartFile>> full_;
  OpenParts open_{kMostOpenParts};
  int64_t parts_ = 0;
  BlockingCall sealing_;
  std::vector<std::string> sealed_;  // for the next checkpoint
};

class FileCommitter final : public SinkCommitter {
 public:
  explicit FileCommitter(std::shared_ptr<const Target> target) : target_(std::move(target)) {}

  Status Commit(CheckpointId id, const std::vector<std::string>& parts) override {
    std::map<std::string, PartName> folders;  // each with one of its parts
    std::optional<PartName> first;
    for (const std::string& hidden : parts) {
      RETURN_IF_ERROR(Show(id, hidden));
      const fs::path path(hidden);
      const PartName name = ParsePartName(path.filename().string()).value_or(PartName());
      folders[path.parent_path().string()] = name;
      if (name.number == 0) first = name;
    }
    for (const auto& [folder, name] : folders) RETURN_IF_ERROR(SyncFolder(folder));
    for (const auto& [folder, name] : folders) RemoveForgotten(folder, name);
    // With a writer's first part also folders are looked into that only its predecessors have
    // written to: once, for there may be many.
    if (first && target_->folders.depth() > 0) RemoveForgottenBelow(*first);
    return OkStatus();
  }

 private:
  static Status Show(CheckpointId id, const std::string& hidden) {
    RETURN_IF_ERROR(Failpoint("part-rename"));
    const fs::path path(hidden);
    const fs::path visible = path.parent_path() / path.filename().string().substr(1);
    if (::rename(hidden.c_str(), visible.c_str()) == 0) return Failpoint("part-renamed");
    if (errno != ENOENT) {
      return UnavailableError("cannot rename to " + visible.string() + ": " + std::strerror(errno));
    }
    std::error_code error;
    if (fs::exists(visible, error)) return OkStatus();  // by an earlier call
    return DataLossError("checkpoint " + std::to_string(id.value()) + " holds rows in " + hidden +
                         ", which is gone: its rows are lost, unless somebody has moved it from " +
                         visible.string());
  }

  // What earlier attempts wrote and no checkpoint knows: of those that one knows, none is left
  // before a part of this attempt is committed.
  static bool RemoveForgotten(const std::string& folder, const PartName& mine) {
    bool any = false;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
      std::optional<PartName> name = ParsePartName(entry.path().filename().string());
      if (!name || name->job != mine.job || name->attempt >= mine.attempt) continue;
      std::error_code ignored;
      any |= fs::remove(entry.path(), ignored);
    }
    return any;
  }

  void RemoveForgottenBelow(const PartName& mine) const {
    const int depth = static_cast<int>(target_->folders.depth());
    std::vector<fs::path> folders;
    std::error_code error;
    fs::recursive_directory_iterator it(target_->path, error);
    for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
      std::error_code ignored;
      if (!it->is_directory(ignored)) continue;
      if (it.depth() + 1 < depth) continue;
      it.disable_recursion_pending();
      folders.push_back(it->path());
    }
    for (const fs::path& folder : folders) {
      if (RemoveForgotten(folder.string(), mine)) RemoveEmpty(folder);
    }
  }

  // A folder that holds nothing any more, and those above it.
  void RemoveEmpty(fs::path folder) const {
    for (size_t level = 0; level < target_->folders.depth(); ++level) {
      if (::rmdir(folder.c_str()) != 0) return;
      folder = folder.parent_path();
    }
  }

  const std::shared_ptr<const Target> target_;
};

class FileSink final : public Sink {
 public:
  FileSink(TableInfo table, std::shared_ptr<const Target> target)
      : table_(std::move(table)), target_(std::move(target)) {}

  Status Validate() override {
    std::error_code error;
    fs::file_status status = fs::status(target_->path, error);
    if (fs::exists(status) && !fs::is_directory(status)) {
      return InvalidArgumentError("table `" + table_.name + "`: the path '" + target_->path +
                                  "' is a file; rows are written into a folder");
    }
    return OkStatus();
  }

  bool shows_at_checkpoints() const override { return true; }
  StatusOr<std::unique_ptr<SinkWriter>> MakeWriter(SinkWriterContext context) override {
    ASSIGN_OR_RETURN(std::unique_ptr<Encoder> encoder, MakeValueEncoder(table_));
    auto writer = std::make_unique<FileWriter>(target_, std::move(encoder), std::move(context));
    RETURN_IF_ERROR(writer->Open());
    return std::unique_ptr<SinkWriter>(std::move(writer));
  }
  StatusOr<std::unique_ptr<SinkCommitter>> MakeCommitter(WriterIdentity) override {
    return std::unique_ptr<SinkCommitter>(std::make_unique<FileCommitter>(target_));
  }

 private:
  const TableInfo table_;
  const std::shared_ptr<const Target> target_;
};

}  // namespace

StatusOr<std::unique_ptr<Sink>> MakeFileSink(const TableInfo& table) {
  TableOptions options(table);
  StatusOr<std::string> path = LocalPath(options.Required("path"));
  if (!path.ok()) options.Fail("path", "is refused: " + path.status().message());
  auto target = std::make_shared<Target>();
  target->part_bytes = options.MemorySize("sink.rolling-policy.file-size", 128 << 20);
  // A part ends with each checkpoint, long before these say.
  options.Duration("sink.rolling-policy.rollover-interval", Duration(1'800'000));
  options.Duration("sink.rolling-policy.check-interval", Duration(60'000));
  for (const char* key : {"source.monitor-interval", "source.path.regex-pattern"}) {
    options.Accept(key);
  }
  target->folders = PartitionFolders(table, options);
  options.ReadFormats(/*reading=*/false, /*keyed=*/false);
  RETURN_IF_ERROR(options.Finish());
  target->path = *path;
  ASSIGN_OR_RETURN(MessageLayout layout, LayoutOf(table));
  target->columns = layout.value.columns;
  target->schema = layout.value.schema;
  return std::unique_ptr<Sink>(std::make_unique<FileSink>(table, std::move(target)));
}

}  // namespace weir
