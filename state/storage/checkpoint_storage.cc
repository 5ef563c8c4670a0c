#include "state/storage/checkpoint_storage.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "common/base/planted_bug.h"
#include "common/base/random_id.h"

namespace weir {
namespace {

using checkpoint::CheckpointManifest;
using checkpoint::FileHandle;

constexpr std::string_view kManifestName = "manifest";
constexpr std::string_view kCheckpointPrefix = "chk-";
constexpr std::string_view kSharedFolder = "shared";
constexpr uint64_t kMaxManifestBytes = uint64_t{1} << 31;
constexpr size_t kCopyChunk = 1 << 20;

std::string CheckpointFolder(CheckpointId id) {
  return std::string(kCheckpointPrefix) + std::to_string(id.value());
}

// "12" and "12-5f.." with separator '-' are 12; nothing for names that are not ours.
std::optional<int64_t> LeadingId(std::string_view text, std::optional<char> separator) {
  int64_t id = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || id <= 0 || text.front() == '0') return std::nullopt;
  bool at_end = end == text.data() + text.size();
  if (separator ? at_end || *end != *separator : !at_end) return std::nullopt;
  return id;
}

std::optional<CheckpointId> CheckpointOfFolder(std::string_view name) {
  if (!name.starts_with(kCheckpointPrefix)) return std::nullopt;
  auto id = LeadingId(name.substr(kCheckpointPrefix.size()), std::nullopt);
  return id ? std::optional(CheckpointId(*id)) : std::nullopt;
}

// Files of two attempts, or of two jobs that share a folder, never meet.
std::string UniqueName(CheckpointId id) { return std::to_string(id.value()) + "-" + RandomHexId(); }

std::string FolderOf(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string WithoutTrailingSlash(std::string dir) {
  while (dir.size() > 1 && dir.back() == '/') dir.pop_back();
  return dir;
}

void ForEachHandle(CheckpointManifest& manifest, const std::function<void(FileHandle&)>& visit) {
  const auto visit_logs = [&](auto* committables) {
    for (checkpoint::Committable& committable : *committables) {
      if (!committable.has_epoch()) continue;
      for (auto& file : *committable.mutable_epoch()->mutable_log()) visit(file);
    }
  };
  for (auto& prepared : *manifest.mutable_uncommitted()) {
    visit_logs(prepared.mutable_committables());
  }
  for (auto& task : *manifest.mutable_tasks()) {
    for (auto& op : *task.mutable_operators()) {
      visit_logs(op.mutable_committables());
      for (auto& keyed : *op.mutable_keyed()) {
        for (auto& file : *keyed.mutable_base()) visit(file);
        for (auto& file : *keyed.mutable_delta()) visit(file);
      }
    }
  }
}

// Each file that the manifest names, once; inline shares are not files.
std::vector<FileHandle> HandlesOf(const CheckpointManifest& manifest) {
  std::set<std::string> seen;
  std::vector<FileHandle> files;
  ForEachHandle(const_cast<CheckpointManifest&>(manifest), [&](const FileHandle& file) {
    if (!file.path().empty() && seen.insert(file.path()).second) files.push_back(file);
  });
  return files;
}

// Reads a file from its beginning to its end.
Status ForEachChunk(ReadableFile& file, const std::string& path, uint64_t length,
                    const std::function<Status(std::string_view)>& visit) {
  std::string chunk(kCopyChunk, '\0');
  for (uint64_t at = 0; at < length;) {
    size_t want = static_cast<size_t>(std::min<uint64_t>(chunk.size(), length - at));
    ASSIGN_OR_RETURN(size_t got, file.ReadAt(at, chunk.data(), want));
    if (got < want) return DataLossError("state file " + path + " is shorter than it was written");
    RETURN_IF_ERROR(visit({chunk.data(), got}));
    at += got;
  }
  return OkStatus();
}

Status ChecksumError(const std::string& path) {
  return DataLossError("state file " + path + " is damaged: its checksum does not match");
}

}  // namespace

// ---- CheckpointFileWriter

CheckpointFileWriter::CheckpointFileWriter(std::shared_ptr<FileSystem> fs,
                                           std::unique_ptr<WritableFile> file, std::string job_dir,
                                           std::string name, CheckpointId id)
    : fs_(std::move(fs)),
      file_(std::move(file)),
      job_dir_(std::move(job_dir)),
      name_(std::move(name)),
      id_(id) {}

CheckpointFileWriter::~CheckpointFileWriter() {
  if (finished_) return;
  file_.reset();
  // Best effort: what stays is removed with the next RemoveAllBut. A rename that failed may have
  // been done.
  for (const char* end : {".tmp", ""}) {
    (void)fs_->Remove(job_dir_ + "/" + std::string(kSharedFolder) + "/" + name_ + end);
  }
}

Status CheckpointFileWriter::Append(std::string_view bytes) {
  RETURN_IF_ERROR(file_->Append(bytes));
  hash_.Update(bytes);
  length_ += bytes.size();
  return OkStatus();
}

StatusOr<FileHandle> CheckpointFileWriter::Finish() {
  const std::string path = std::string(kSharedFolder) + "/" + name_;
  const std::string full = job_dir_ + "/" + path;
  if (!Planted("snapshot-not-synced")) RETURN_IF_ERROR(file_->Sync());
  RETURN_IF_ERROR(file_->Close());
  RETURN_IF_ERROR(fs_->Rename(full + ".tmp", full));
  if (!Planted("name-not-synced")) RETURN_IF_ERROR(fs_->SyncDir(FolderOf(full)));
  finished_ = true;
  FileHandle handle;
  handle.set_path(path);
  handle.set_length(length_);
  handle.set_checksum(hash_.Digest());
  handle.set_checkpoint_id(id_.value());
  return handle;
}

// ---- CheckpointStorage: files

CheckpointStorage::CheckpointStorage(std::shared_ptr<FileSystem> fs, std::string job_dir,
                                     size_t inline_bytes)
    : fs_(std::move(fs)),
      job_dir_(WithoutTrailingSlash(std::move(job_dir))),
      inline_bytes_(inline_bytes) {}

StatusOr<std::unique_ptr<CheckpointFileWriter>> CheckpointStorage::CreateFile(CheckpointId id) {
  const std::string folder = job_dir_ + "/" + std::string(kSharedFolder);
  const std::string name = UniqueName(id);
  StatusOr<std::unique_ptr<WritableFile>> file = fs_->Create(folder + "/" + name + ".tmp");
  if (!file.ok() && file.status().code() == StatusCode::kNotFound) {
    RETURN_IF_ERROR(fs_->MakeDirs(folder));
    file = fs_->Create(folder + "/" + name + ".tmp");
  }
  if (!file.ok()) return std::move(file).status();
  return std::make_unique<CheckpointFileWriter>(fs_, *std::move(file), job_dir_, name, id);
}

StatusOr<std::unique_ptr<ReadableFile>> CheckpointStorage::OpenFile(
    const FileHandle& handle) const {
  const bool absolute = handle.path().starts_with("/");
  const std::string path = absolute ? handle.path() : job_dir_ + "/" + handle.path();
  StatusOr<std::unique_ptr<ReadableFile>> file = fs_->Open(path);
  if (!file.ok()) {
    if (file.status().code() != StatusCode::kNotFound) return std::move(file).status();
    return NotFoundError("state file " + path + " is missing");
  }
  ASSIGN_OR_RETURN(uint64_t size, (*file)->Size());
  if (size != handle.length()) {
    return DataLossError("state file " + path + " has " + std::to_string(size) + " bytes, " +
                         std::to_string(handle.length()) + " were written");
  }
  return file;
}

// ---- CheckpointStorage: checkpoints

Status CheckpointStorage::CheckFiles(const CheckpointManifest& manifest) const {
  for (const FileHandle& file : HandlesOf(manifest)) {
    Status s = OpenFile(file).status();
    if (s.code() == StatusCode::kNotFound) return DataLossError(s.message());
    RETURN_IF_ERROR(s);
  }
  return OkStatus();
}

Status CheckpointStorage::Publish(const CheckpointManifest& manifest) {
  const CheckpointId id(manifest.checkpoint_id());
  CHECK_GT(id.value(), 0);
  const std::string folder = job_dir_ + "/" + CheckpointFolder(id);
  const std::string where = "publish checkpoint " + std::to_string(id.value());
  CheckpointManifest own = manifest;
  own.clear_uncommitted();  // rows of a savepoint that the job began from may wait there
  for (const FileHandle& file : HandlesOf(own)) {
    if (file.path().starts_with("/") || file.path().find("..") != std::string::npos) {
      return InternalError(where + ": it names " + file.path() + ", a file of another checkpoint");
    }
  }
  if (Status s = CheckFiles(manifest); !s.ok()) return std::move(s).Annotate(where);
  RETURN_IF_ERROR(fs_->MakeDirs(folder));
  const std::string path = folder + "/" + std::string(kManifestName);
  if (fs_->Open(path).ok()) return AlreadyExistsError(where + ": there is a " + path);
  Status written = fs_->WriteAtomically(path, EncodeManifest(manifest));
  if (written.ok()) return written;
  // It may stand there under its name all the same; whoever hears of the failure counts on it not
  // to. Best effort: a manifest that stays is of a checkpoint that all have acknowledged.
  (void)fs_->Remove(path);
  return std::move(written).Annotate(where);
}

StatusOr<CheckpointManifest> CheckpointStorage::Read(CheckpointId id) const {
  const std::string folder = job_dir_ + "/" + CheckpointFolder(id);
  ASSIGN_OR_RETURN(CheckpointManifest manifest, ReadManifest(*fs_, folder));
  if (manifest.checkpoint_id() != id.value()) {
    return DataLossError(folder + "/" + std::string(kManifestName) + " is of checkpoint " +
                         std::to_string(manifest.checkpoint_id()));
  }
  return manifest;
}

StatusOr<std::vector<CheckpointId>> CheckpointStorage::List() const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListOrNothing(job_dir_));
  std::vector<CheckpointId> ids;
  for (const std::string& name : names) {
    std::optional<CheckpointId> id = CheckpointOfFolder(name);
    if (!id) continue;
    ASSIGN_OR_RETURN(const std::vector<std::string> files, ListOrNothing(job_dir_ + "/" + name));
    if (std::count(files.begin(), files.end(), kManifestName) > 0) ids.push_back(*id);
  }
  std::sort(ids.rbegin(), ids.rend());
  return ids;
}

void CheckpointStorage::Discard(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) (void)fs_->Remove(job_dir_ + "/" + path);
}

StatusOr<CheckpointManifest> CheckpointStorage::ReadNewest() const {
  ASSIGN_OR_RETURN(std::vector<CheckpointId> ids, List());
  if (ids.empty()) return NotFoundError("there is no checkpoint in " + job_dir_);
  ASSIGN_OR_RETURN(CheckpointManifest manifest, Read(ids.front()));
  RETURN_IF_ERROR(CheckFiles(manifest));
  return manifest;
}

Status CheckpointStorage::Delete(CheckpointId id) {
  const std::string folder = job_dir_ + "/" + CheckpointFolder(id);
  Status removed = fs_->Remove(folder + "/" + std::string(kManifestName));
  if (!removed.ok() && removed.code() != StatusCode::kNotFound) return removed;
  StatusOr<std::vector<std::string>> rest = fs_->List(folder);
  if (!rest.ok()) {
    return rest.status().code() == StatusCode::kNotFound ? OkStatus() : rest.status();
  }
  // Durable before any file it names may go (RemoveAllBut).
  RETURN_IF_ERROR(fs_->SyncDir(folder));
  for (const std::string& name : *rest) RETURN_IF_ERROR(fs_->Remove(folder + "/" + name));
  return fs_->Remove(folder);
}

StatusOr<int> CheckpointStorage::RemoveAllBut(const std::vector<CheckpointManifest>& kept,
                                              const std::set<std::string>& in_use) {
  std::set<std::string> needed = in_use;
  std::set<int64_t> ids;
  for (const CheckpointManifest& manifest : kept) {
    ids.insert(manifest.checkpoint_id());
    for (const FileHandle& file : HandlesOf(manifest)) needed.insert(file.path());
  }
  int removed = 0;
  // Manifests first: what they name may go with them.
  ASSIGN_OR_RETURN(const std::vector<std::string> folders, ListOrNothing(job_dir_));
  for (const std::string& name : folders) {
    std::optional<CheckpointId> id = CheckpointOfFolder(name);
    if (!id || ids.count(id->value()) > 0) continue;
    RETURN_IF_ERROR(Delete(*id));
    ++removed;
  }
  const std::string shared(kSharedFolder);
  ASSIGN_OR_RETURN(const std::vector<std::string> files, ListOrNothing(job_dir_ + "/" + shared));
  for (const std::string& name : files) {
    if (!LeadingId(name, '-') || needed.count(shared + "/" + name) > 0) continue;
    Status s = fs_->Remove(job_dir_ + "/" + shared + "/" + name);
    if (!s.ok() && s.code() != StatusCode::kNotFound) return s;
    ++removed;
  }
  if (!kept.empty() || !in_use.empty()) return removed;
  for (const std::string& folder : {job_dir_ + "/" + shared, job_dir_}) (void)fs_->Remove(folder);
  return removed;
}

StatusOr<std::vector<std::string>> CheckpointStorage::ListOrNothing(const std::string& dir) const {
  StatusOr<std::vector<std::string>> names = fs_->List(dir);
  if (names.status().code() == StatusCode::kNotFound) return std::vector<std::string>();
  return names;
}

Status CheckpointStorage::Verify(const CheckpointManifest& manifest) const {
  for (const FileHandle& handle : HandlesOf(manifest)) {
    ASSIGN_OR_RETURN(std::unique_ptr<ReadableFile> file, OpenFile(handle));
    Xxh64 hash;
    RETURN_IF_ERROR(
        ForEachChunk(*file, handle.path(), handle.length(), [&](std::string_view chunk) {
          hash.Update(chunk);
          return OkStatus();
        }));
    if (hash.Digest() != handle.checksum()) return ChecksumError(handle.path());
  }
  return OkStatus();
}

Status CheckpointStorage::CopyTo(const CheckpointManifest& manifest, const std::string& dir) {
  const std::string target = WithoutTrailingSlash(dir);
  const std::string shared = target + "/" + std::string(kSharedFolder);
  if (fs_->Open(target + "/" + std::string(kManifestName)).ok()) {
    return AlreadyExistsError("savepoint: " + target + " holds one already");
  }
  RETURN_IF_ERROR(fs_->MakeDirs(shared));
  for (const FileHandle& handle : HandlesOf(manifest)) {
    ASSIGN_OR_RETURN(std::unique_ptr<ReadableFile> from, OpenFile(handle));
    const std::string name = handle.path().substr(handle.path().rfind('/') + 1);
    ASSIGN_OR_RETURN(std::unique_ptr<WritableFile> to, fs_->Create(shared + "/" + name));
    Xxh64 hash;
    RETURN_IF_ERROR(
        ForEachChunk(*from, handle.path(), handle.length(), [&](std::string_view chunk) {
          hash.Update(chunk);
          return to->Append(chunk);
        }));
    if (hash.Digest() != handle.checksum()) return ChecksumError(handle.path());
    if (!Planted("savepoint-not-synced")) RETURN_IF_ERROR(to->Sync());
    RETURN_IF_ERROR(to->Close());
  }
  RETURN_IF_ERROR(fs_->SyncDir(shared));
  CheckpointManifest copy = manifest;
  copy.set_savepoint(true);
  ForEachHandle(copy, [&](FileHandle& file) {
    if (file.path().empty()) return;
    file.set_path(std::string(kSharedFolder) + "/" +
                  file.path().substr(file.path().rfind('/') + 1));
  });
  return fs_->WriteAtomically(target + "/" + std::string(kManifestName), EncodeManifest(copy));
}

void MakePathsAbsolute(const std::string& manifest_dir, CheckpointManifest& manifest) {
  // A savepoint's files lie below its own folder, a checkpoint's below the job's.
  std::string root = WithoutTrailingSlash(manifest_dir);
  if (!manifest.savepoint()) root = FolderOf(root);
  ForEachHandle(manifest, [&](FileHandle& file) {
    if (!file.path().empty() && !file.path().starts_with("/")) {
      file.set_path(root + "/" + file.path());
    }
  });
}

StatusOr<CheckpointManifest> ReadManifest(FileSystem& fs, const std::string& dir) {
  const std::string path = WithoutTrailingSlash(dir) + "/" + std::string(kManifestName);
  ASSIGN_OR_RETURN(std::string bytes, fs.ReadWhole(path, kMaxManifestBytes));
  return DecodeManifest(bytes, path);
}

}  // namespace weir
