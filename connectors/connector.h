#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "common/base/time.h"
#include "common/data/batch.h"

// A connector moves bytes or rows to and from one system and can say where it is. It never sees
// decoding, watermarks, barriers or mail (operators/source and operators/sink do).

namespace weir {

// A table as a connector sees it (plan.proto, Table).
struct TableInfo {
  std::string name;  // for messages
  SchemaPtr schema;  // physical columns, then metadata columns
  size_t physical_columns = 0;
  std::vector<std::string> metadata_keys;      // of the metadata columns
  std::vector<uint32_t> primary_key;           // indices into schema
  std::map<std::string, std::string> options;  // WITH (...)
  std::vector<uint32_t> partition_keys;        // PARTITIONED BY, in order: indices into schema
};

// Options of one table read by name: each read is remembered, so that what nobody read is an
// unknown option, refused with the nearest known name. See connectors/table_options.h.

// ---- Sources

// A part of a source that is read in order: a partition, a file.
struct SourceSplit {
  std::string id;                 // "orders-3": stable, unique in the table
  std::string position;           // opaque: where to go on; empty: where the table's options say
  uint64_t hash = 0;              // spreads splits over subtasks evenly
  bool discovered_later = false;  // after the job's start: begin at the earliest
  Timestamp watermark =
      kMinTimestamp;  // kept by operators/source for the split; connectors ignore it
  friend bool operator==(const SourceSplit&, const SourceSplit&) = default;
};

// Consecutive messages of one split: views over one buffer that has 64 readable bytes past its end
// (simdjson). Borrowed until the next Poll of the same reader.
struct MessageRun {
  int32_t split = 0;                         // index as given to AddSplit
  std::span<const std::string_view> values;  // data() == nullptr: a null value (tombstone)
  std::span<const std::string_view> keys;    // empty, or one each
  std::span<const int64_t> offsets;          // Kafka: the offset; files: line number
  std::span<const Timestamp> timestamps;     // empty, or one each
  // Cells of the columns asked for that no message holds (metadata; what a file's folders say), one
  // column each, or empty.
  std::span<const ColumnPtr> metadata;
};

enum class PollResult {
  kMore,     // something was emitted: poll again
  kIdle,     // nothing there now; `wake` will be called when there is
  kFinished  // every split that was added has ended and none will be added
};

// What a reader hands over. Exactly one of the two, depending on SourceReader kind: bytes for a
// Decoder, or finished rows (datagen).
class SourceOutput {
 public:
  virtual ~SourceOutput() = default;
  virtual Status EmitRun(const MessageRun& run) = 0;  // decoded before it returns
  virtual Status EmitBatch(int32_t split, Batch batch) = 0;
  virtual void SplitFinished(int32_t split) = 0;
};

struct SourceReaderContext {
  std::vector<uint32_t> projection;  // columns of TableInfo::schema wanted, in output order
  std::function<void()> wake;        // from any thread: there may be something to poll
  size_t prefetch_bytes = 16 << 20;  // of this subtask, for connectors that read ahead
  int32_t subtask = 0;
  int32_t parallelism = 1;
  const Clock* clock = &Clock::Real();
};

// Reads the splits of one subtask. Only the task's thread calls it, except `wake`.
class SourceReader {
 public:
  virtual ~SourceReader() = default;
  // `index` names the split in everything that follows. A position that is no longer there is
  // kDataLoss with the wanted and the available range.
  virtual Status AddSplit(int32_t index, const SourceSplit& split) = 0;
  virtual void NoMoreSplits() = 0;
  // Never waits. Emits at most about `max_rows`.
  virtual StatusOr<PollResult> Poll(SourceOutput& out, size_t max_rows) = 0;
  // After kIdle: poll again at this time (Clock::SteadyNow) even without `wake` (rows made at a
  // rate).
  virtual std::optional<Timestamp> NextPoll() const { return std::nullopt; }
  // Where the split is: after the last message emitted. Goes into the checkpoint.
  virtual StatusOr<std::string> Position(int32_t index) = 0;
  // The checkpoint with these positions is complete: tell the outside for its monitors. May fail
  // without harm; never waits.
  virtual void CheckpointCompleted(const std::vector<std::pair<int32_t, std::string>>& positions) {}
  // Messages after Position that are known to be waiting; -1 where unknown.
  virtual int64_t Lag(int32_t index) { return -1; }
  // What has kept it from reading for so long that people should know, in a sentence; empty:
  // nothing. It goes on trying; what cannot pass by itself is an error of Poll.
  virtual std::string Trouble() { return ""; }
};

// Lists splits; may block (called on the I/O pool by subtask 0 of the source).
class SplitDiscovery {
 public:
  virtual ~SplitDiscovery() = default;
  // All splits that exist now, each with its start position resolved. `restored`: the job continues
  // from a checkpoint, so splits it does not know begin at the earliest.
  virtual StatusOr<std::vector<SourceSplit>> Discover(bool restored) = 0;
};

enum class SplitStrategy { kByHash, kQueue };

class Source {
 public:
  virtual ~Source() = default;
  virtual bool bounded() const = 0;
  virtual bool emits_rows() const { return false; }  // EmitBatch instead of EmitRun: no format
  virtual SplitStrategy split_strategy() const { return SplitStrategy::kByHash; }
  // How often to look for new splits; nothing: once.
  virtual std::optional<Duration> discovery_interval() const { return std::nullopt; }
  // Asks the outside whether the table is there (the topic exists, the file can be read). May
  // block. Called at submission, off the event loop.
  virtual Status Validate() = 0;
  virtual StatusOr<std::unique_ptr<SplitDiscovery>> MakeDiscovery() = 0;
  virtual StatusOr<std::unique_ptr<SourceReader>> MakeReader(SourceReaderContext context) = 0;
};

// ---- Sinks

// Who writes: a row in a bookkeeping table, part of a transactional id. A successor has a higher
// attempt; its predecessor's writes are refused.
struct WriterIdentity {
  std::string lineage;  // of the job: kept over restores, new for a job started from a savepoint
  std::string sink_uid;
  int32_t subtask = 0;
  int32_t parallelism = 1;
  int64_t attempt = 0;
};

struct SinkWriterContext {
  WriterIdentity identity;
  std::function<void()> wake;  // from any thread: a write finished
  // Runs blocking work elsewhere (the I/O pool); results come back through `wake`.
  std::function<void(std::function<void()>)> run_blocking;
  const Clock* clock = &Clock::Real();
};

// Writes the rows of one subtask. Only the task's thread calls it. Never waits: a call that cannot
// go on now answers false and `wake` follows.
class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  // False: full, not taken; offer the same batch again after `wake`. Columns are the table's, in
  // schema order. Also the way in which earlier asynchronous failures come back.
  virtual StatusOr<bool> Write(const Batch& batch) = 0;
  // Everything written before is where it belongs (at-least-once: visible; exactly-once: in the
  // snapshot). False: not yet, call again after `wake`.
  virtual StatusOr<bool> Flush() = 0;
  // Called when the task has nothing to do, and at due times (Clock::SteadyNow): send what waits
  // long enough. Returns when to be called again at the latest; nothing: not needed.
  virtual std::optional<Timestamp> FlushDue(Timestamp now) { return std::nullopt; }
  // After Flush, at a barrier: what Commit needs to make the interval's rows visible. Empty for
  // sinks whose Flush already did.
  virtual StatusOr<std::vector<std::string>> PrepareCommit(CheckpointId id) {
    return std::vector<std::string>{};
  }
};

// Makes prepared rows visible; may block (I/O pool). Called again after failures with the same
// committables, also by another process: the second call must find the first one done.
class SinkCommitter {
 public:
  virtual ~SinkCommitter() = default;
  virtual Status Commit(CheckpointId id, const std::vector<std::string>& committables) = 0;
};

// The rows that one writer got between two barriers, and under which name the target notes that it
// has them.
struct SinkEpoch {
  std::string lineage;
  std::string sink_uid;
  int32_t subtask = 0;   // that prepared them; not always the one that commits
  int64_t id = 0;        // rises
  int64_t previous = 0;  // the one before it of the same writer; 0: none
};

// Writes one epoch into the target, as one transaction that also notes the epoch there. May block
// (I/O pool). Dropped without Commit it leaves nothing behind.
class SinkTransaction {
 public:
  virtual ~SinkTransaction() = default;
  // Columns are the table's, in schema order.
  virtual Status Write(const Batch& batch) = 0;
  // When it fails nobody knows what happened: the next transaction of the epoch finds out.
  virtual Status Commit() = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;
  // Which changes it takes: a sink without updates refuses a changing query at planning.
  virtual bool accepts_updates() const { return false; }
  // It needs -U (it has no key to find the old row by).
  virtual bool needs_update_before() const { return false; }
  // Asks the outside: the table exists, the columns and types fit. May block. The message names the
  // column, both types and the statement.
  virtual Status Validate() = 0;
  virtual StatusOr<std::unique_ptr<SinkWriter>> MakeWriter(SinkWriterContext context) = 0;
  // Rows are written ahead: kept with the checkpoint (operators/write_ahead.h, no writer is made)
  // and written by Begin when it is complete.
  virtual bool writes_ahead() const { return false; }
  // What is written is seen when a checkpoint is complete, and not before: for people.
  virtual bool shows_at_checkpoints() const { return writes_ahead(); }
  // Keeps out whoever writes the same writer's epochs at this time, and finds out what the target
  // has: null when it has this one. kDataLoss when that cannot be told, or it has none that fits
  // (CompareEpochs). `bytes` is about what will be written.
  virtual StatusOr<std::unique_ptr<SinkTransaction>> Begin(const SinkEpoch& epoch, int64_t bytes) {
    return UnimplementedError("this sink does not write ahead");
  }
  // Null when Flush does all.
  virtual StatusOr<std::unique_ptr<SinkCommitter>> MakeCommitter(WriterIdentity identity) {
    return std::unique_ptr<SinkCommitter>();
  }
};

// ---- Registration: one visible list in registry.cc

struct Connector {
  std::string name;  // 'connector' = 'kafka'
  // Metadata keys that tables may name, with their types; the writable ones for INSERT.
  struct Metadata {
    std::string key;
    DataType type;
    bool writable = false;
  };
  std::vector<Metadata> metadata;
  // It writes a table that is PARTITIONED BY by its partitions; where not, such a table is refused
  // as a target. Readers that know nothing of partitions read their columns as all others.
  bool writes_partitions = false;
  // What is read are changes of the row with the same primary key: a null value deletes it.
  bool reads_upserts = false;
  // Null when it cannot be read, or written. They check options (unknown ones, wrong values,
  // missing ones) and touch nothing outside.
  std::function<StatusOr<std::unique_ptr<Source>>(const TableInfo&)> make_source;
  std::function<StatusOr<std::unique_ptr<Sink>>(const TableInfo&)> make_sink;
};

const std::vector<Connector>& Connectors();
// kInvalidArgument with the nearest known name.
StatusOr<const Connector*> FindConnector(std::string_view name);

}  // namespace weir
