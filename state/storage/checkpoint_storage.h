#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "common/fs/file_system.h"
#include "proto/checkpoint.pb.h"
#include "state/xxh64.h"

namespace weir {

// A new file of keyed state. Nothing of it counts until Finish has returned; dropped unfinished it
// removes itself.
class CheckpointFileWriter {
 public:
  CheckpointFileWriter(std::shared_ptr<FileSystem> fs, std::unique_ptr<WritableFile> file,
                       std::string job_dir, std::string name, CheckpointId id);
  ~CheckpointFileWriter();
  Status Append(std::string_view bytes);
  uint64_t length() const { return length_; }
  // The last component of its path, unique among all files of all jobs.
  const std::string& name() const { return name_; }
  // Durable under its own name from here on.
  StatusOr<checkpoint::FileHandle> Finish();

 private:
  std::shared_ptr<FileSystem> fs_;
  std::unique_ptr<WritableFile> file_;
  std::string job_dir_;
  std::string name_;
  CheckpointId id_;
  Xxh64 hash_;
  uint64_t length_ = 0;
  bool finished_ = false;
};

// The durable bytes of one job's checkpoints.
//
//   <job dir>/chk-12/manifest          written last: from then on the checkpoint exists
//   <job dir>/shared/12-<unique>       state files written for checkpoint 12; later ones name them
//
// Used by the job manager (publish, read, list, delete) and by task managers (write and read
// files). Thread-safe as far as its file system is; one process publishes and deletes.
class CheckpointStorage {
 public:
  // State of at most `inline_bytes` gets no file of its own: it travels inside its handle.
  static constexpr size_t kInlineBytes = 64 << 10;
  CheckpointStorage(std::shared_ptr<FileSystem> fs, std::string job_dir,
                    size_t inline_bytes = kInlineBytes);

  const std::string& job_dir() const { return job_dir_; }
  FileSystem& file_system() const { return *fs_; }
  size_t inline_bytes() const { return inline_bytes_; }

  // ---- Task managers
  StatusOr<std::unique_ptr<CheckpointFileWriter>> CreateFile(CheckpointId id);
  // Removes files that CreateFile has made and that no checkpoint will name. Best effort: what
  // stays is removed with the next RemoveAllBut.
  void Discard(const std::vector<std::string>& paths);
  // kNotFound when it is gone, kDataLoss when its length is not what was written. An absolute path
  // is a file of somebody else's checkpoint (see MakePathsAbsolute).
  StatusOr<std::unique_ptr<ReadableFile>> OpenFile(const checkpoint::FileHandle& handle) const;

  // ---- The job manager
  // Checks that every file it names is there in its length, then makes it exist. kAlreadyExists
  // when there is a manifest of this id.
  Status Publish(const checkpoint::CheckpointManifest& manifest);
  // kDataLoss, naming the file, when it is not what was published.
  StatusOr<checkpoint::CheckpointManifest> Read(CheckpointId id) const;
  // Ids that have a manifest, newest first. Says nothing about its contents.
  StatusOr<std::vector<CheckpointId>> List() const;
  // The newest checkpoint whose manifest and files (by length) are whole; kNotFound if there is
  // none. Never falls back behind a damaged one: that is kDataLoss, for people to decide.
  StatusOr<checkpoint::CheckpointManifest> ReadNewest() const;

  // The manifest goes first, so that a half-deleted checkpoint does not exist. Fine if it is gone.
  Status Delete(CheckpointId id);
  // Removes every checkpoint and every state file but what the manifests `kept` need and the files
  // `in_use` (paths as in handles); where that is nothing, the job's folder too, unless a file is
  // in it that is no checkpoint's. Only while nothing is being made: before an attempt of the job,
  // or when it is over. Returns how many were removed.
  StatusOr<int> RemoveAllBut(const std::vector<checkpoint::CheckpointManifest>& kept,
                             const std::set<std::string>& in_use = {});

  // Reads every byte that the manifest names and compares checksums.
  Status Verify(const checkpoint::CheckpointManifest& manifest) const;
  // A self-contained copy in `dir`, which must not hold one yet: files first, manifest last; only
  // relative paths in it. `dir` can be moved, and read by ReadManifest.
  Status CopyTo(const checkpoint::CheckpointManifest& manifest, const std::string& dir);

 private:
  Status CheckFiles(const checkpoint::CheckpointManifest& manifest) const;
  // Nothing of a folder that is not there.
  StatusOr<std::vector<std::string>> ListOrNothing(const std::string& dir) const;

  std::shared_ptr<FileSystem> fs_;
  std::string job_dir_;
  size_t inline_bytes_;
};

// The manifest of a checkpoint or savepoint folder (one that holds a file `manifest`).
StatusOr<checkpoint::CheckpointManifest> ReadManifest(FileSystem& fs, const std::string& dir);
// For starting a job from a checkpoint outside its own folder: every path becomes absolute. State
// with absolute paths is read and written anew, never named by a checkpoint of the new job.
// `manifest_dir` as given to ReadManifest.
void MakePathsAbsolute(const std::string& manifest_dir, checkpoint::CheckpointManifest& manifest);

// The manifest as bytes with its length and checksum, and back. `name` goes into errors. For any
// bytes Decode either returns exactly what was encoded or refuses.
std::string EncodeManifest(const checkpoint::CheckpointManifest& manifest);
StatusOr<checkpoint::CheckpointManifest> DecodeManifest(std::string_view bytes,
                                                        const std::string& name);

}  // namespace weir
