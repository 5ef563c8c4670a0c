#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "common/base/time.h"
#include "common/data/batch.h"
#include "connectors/blocking_call.h"
#include "proto/checkpoint.pb.h"
#include "state/storage/checkpoint_storage.h"

namespace weir {

// The rows that a write-ahead sink gets between two barriers, as bytes: in memory while they are
// few, in files of the checkpoint storage beyond that. Holds 16 MB at most. Used by the task's
// thread, never waits; files are written on the I/O pool. What a disk does not take stays in memory
// and is tried again.
class SinkLogWriter {
 public:
  struct Context {
    std::shared_ptr<CheckpointStorage> storage;  // null: the job has none, rows stay in memory
    std::function<void(std::function<void()>)> run_blocking;
    std::function<void()> wake;
    const Clock* clock = &Clock::Real();
  };
  // `next`: no checkpoint below it will name what is written now.
  SinkLogWriter(Context context, CheckpointId next) : context_(std::move(context)), next_(next) {}

  // False: full, not taken; again after `wake`, or at RetryAt.
  StatusOr<bool> Append(const Batch& batch);
  // Tries to make durable what was appended. False: not yet, again after `wake`.
  bool Seal();
  // After Seal: why it could not. The rows are still here, and of the next interval.
  Status unsealed() const { return waiting_.empty() ? OkStatus() : failed_; }
  // After Seal, which could. What comes now is of the next interval.
  struct Rows {
    std::vector<checkpoint::FileHandle> files;
    int64_t count = 0;
  };
  Rows Take(CheckpointId next);

  // While a disk takes nothing: when to try again (Clock::SteadyNow), and why it does not.
  std::optional<Timestamp> RetryAt() const { return retry_at_; }
  const Status& trouble() const { return failed_; }

 private:
  // One file, shared with the I/O pool, which changes only its handle. Where nobody takes the
  // handle, because the writer is gone, so is the file.
  struct File {
    ~File();
    std::shared_ptr<CheckpointStorage> storage;
    std::string bytes;
    checkpoint::FileHandle handle;  // once it is written
  };

  void CloseBlock();
  // Writes what waits, on the I/O pool.
  void Spill();
  // Takes the result of a call that ended.
  void Collect();

  const Context context_;
  CheckpointId next_;
  std::string block_;    // elements of a block that is not closed
  std::string waiting_;  // closed blocks, not in a file yet
  std::shared_ptr<File> file_;
  BlockingCall call_;
  bool sealing_ = false;  // the last call was Seal's
  Rows rows_;
  Status failed_;  // the last call
  std::optional<Timestamp> retry_at_;
};

// Reads the rows back, batch by batch. kDataLoss, naming the file, for bytes that are not what was
// written; batches may have been given before that is found out. `storage` may be null where
// nothing is in files.
Status ReadSinkLog(const CheckpointStorage* storage, const checkpoint::FileHandle& file,
                   const SchemaPtr& schema, const std::function<Status(const Batch&)>& visit);

}  // namespace weir
