#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "common/data/batch.h"
#include "connectors/blocking_call.h"
#include "proto/checkpoint.pb.h"
#include "state/storage/checkpoint_storage.h"

namespace weir {

// The rows that a write-ahead sink gets between two barriers, as bytes: in memory while they are
// few, in a file of the checkpoint storage beyond that. Holds a few MB at most. Used by the task's
// thread, never waits; files are written on the I/O pool.
class SinkLogWriter {
 public:
  struct Context {
    std::shared_ptr<CheckpointStorage> storage;  // null: the job has none, rows stay in memory
    std::function<void(std::function<void()>)> run_blocking;
    std::function<void()> wake;
  };
  // `next`: no checkpoint below it will name what is written now.
  SinkLogWriter(Context context, CheckpointId next) : context_(std::move(context)), next_(next) {}

  // False: full, not taken; again after `wake`.
  StatusOr<bool> Append(const Batch& batch);
  // Makes what was appended durable. False: not yet, again after `wake`.
  StatusOr<bool> Seal();
  // After Seal. What comes now is of the next interval.
  struct Rows {
    std::vector<checkpoint::FileHandle> files;
    int64_t count = 0;
  };
  Rows Take(CheckpointId next);

 private:
  // A file being written, shared with the I/O pool.
  struct File {
    std::unique_ptr<CheckpointFileWriter> writer;
    checkpoint::FileHandle handle;  // once finished
  };

  void CloseBlock();
  // Writes what waits, on the I/O pool.
  void Spill(bool finish);
  // Takes the result of a call that ended.
  Status Collect();

  const Context context_;
  CheckpointId next_;
  std::string block_;    // elements of a block that is not closed
  std::string waiting_;  // closed blocks, not in a file yet
  std::shared_ptr<File> file_;
  bool finishing_ = false;  // the running call ends the file
  BlockingCall call_;
  Rows rows_;
  Status failed_;
};

// Reads the rows back, batch by batch. kDataLoss, naming the file, for bytes that are not what was
// written; batches may have been given before that is found out. `storage` may be null where
// nothing is in files.
Status ReadSinkLog(const CheckpointStorage* storage, const checkpoint::FileHandle& file,
                   const SchemaPtr& schema, const std::function<Status(const Batch&)>& visit);

}  // namespace weir
