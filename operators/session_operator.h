#pragma once

#include <memory>
#include <string>
#include <vector>

#include "operators/group_index.h"
#include "operators/group_key.h"
#include "operators/operator.h"
#include "operators/session_spans.h"
#include "operators/timer_table.h"
#include "operators/window.h"
#include "state/key_codec.h"
#include "state/ordered_table.h"

namespace weir {

// SESSION windows by key: which rows are of one session, and when it is over. Rows at most the gap
// apart are; a session ends the gap behind its last row, fires when the watermark reaches that end
// minus 1 ms, and is gone. A row is late when its session, with those that it touches, has ended.
// What is kept of a session's rows is the business of those who inherit.
//
// State: a slot per session, by key and, within it, start; and per session a timer, which is set
// anew when it comes too early because the session has grown since. Tables beside these have what
// they know of a session under its group: a key within its key, for as long as it lives.
class SessionOperator : public Operator {
 public:
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;
  StatusOr<Progress> ProcessWatermark(Watermark watermark, Collector& out) override;
  StatusOr<Progress> Resume(Collector& out) override;
  StatusOr<OperatorState> Snapshot(CheckpointId id) override;

 protected:
  // A session whose time has come.
  struct Firing {
    Timestamp time = 0;
    WallTime start = 0;
    WallTime end = 0;
    uint32_t key = 0;  // among firing_keys_
    int64_t id = 0;    // of its group
    Slot slot;         // for the step in which it came
  };
  // `kept`: the fields of a session's slot; ours follow.
  Status OpenSessions(OperatorContext& context, const plan::WindowSpec& window,
                      std::vector<uint32_t> keys, SlotLayout kept,
                      const std::vector<std::string>& restored);

  // Rows of a batch, one after the other: slots[i] is the session of rows[i]; groups.key(rows[i])
  // its group.
  virtual Status AddRows(const Batch& batch, std::span<const uint32_t> rows, std::span<Slot> slots,
                         const EncodedKeys& groups) = 0;
  // What `later` keeps becomes part of what `older` does.
  virtual Status MergeInto(Slot older, const GroupKey& older_group, Slot later,
                           const GroupKey& later_group) = 0;
  // Goes on with firing[next]: emits about a batch, forgets what is kept beside the slots and moves
  // `next` behind the sessions that are done.
  virtual Status EmitSome(std::span<const Firing> firing, size_t& next, Collector& out) = 0;

  // How a table is seen whose keys lie within the sessions' keys: `columns` are the keys' in it.
  StateView ViewWithinKeys(std::string table, std::vector<Field> fields,
                           std::vector<uint32_t> columns) const;
  // Start and end of a session in the table "sessions".
  Window SpanOf(std::string_view key, Slot slot) const;

  // Of a session that fires: its key, as the codec made it, and its group, until the next is asked
  // for.
  std::string_view KeyOf(const Firing& firing) const {
    return SplitInnerKey(firing_keys_.key(firing.key)).first;
  }
  GroupKey GroupOf(const Firing& firing);
  // A column of start, end or time (plan::WindowAggregate::Property) of a session.
  int64_t PropertyOf(const Firing& firing, int property, const DataType& type) const;

  SchemaPtr output_;
  size_t max_batch_rows_ = 4096;
  std::vector<uint32_t> keys_;
  std::unique_ptr<KeyCodec> codec_;
  bool uses_groups_ = true;  // else the groups of rows are not made

 private:
  Status ReadTimes(const Batch& batch);
  void FindGroups(size_t rows);
  Status LoadSpans();
  // The rows of [begin, end) that are not late, whose sessions are known and apart.
  Status AddRun(const Batch& batch, size_t begin, size_t end);
  void CollectTouched(size_t begin, size_t end);
  Status SettleTouched();
  Status MergeSessions(const SessionSpans::Touched& two);
  Status TakeDue();
  Status SetTimer(Slot slot, WallTime end, std::string_view key, uint64_t hash, WallTime start);
  Status EraseTimer(Slot slot, std::string_view key, uint64_t hash, WallTime start);
  void AppendSessionKey(std::string_view key, uint64_t hash, WallTime start, EncodedKeys& out);
  void AppendGroup(std::string_view key, uint64_t hash, int64_t id, EncodedKeys& out);

  uint32_t time_column_ = 0;
  int64_t gap_ = 0;
  WindowZone zone_;
  SlotLayout layout_;
  uint32_t end_at_ = 0, timer_at_ = 0, id_at_ = 0;  // offsets in a slot
  OrderedTable* sessions_ = nullptr;
  TimerTable timers_;
  OperatorMetrics metrics_;
  Timestamp watermark_ = kMinTimestamp;

  // The batch in progress.
  EncodedKeys encoded_;
  GroupIndex index_;
  SessionSpans spans_;
  std::vector<WallTime> times_;
  std::vector<uint32_t> group_of_, first_row_;  // of a row; of a group
  std::vector<WallTime> earliest_, latest_;     // of a group's rows
  std::vector<uint32_t> span_of_;               // of a row; kNone: it is late
  uint32_t run_ = 0;
  std::vector<uint32_t> touched_, moved_, rows_, all_;
  EncodedKeys session_keys_, groups_;
  std::vector<Slot> slots_, row_slots_;
  std::vector<uint8_t> is_new_;
  std::string scratch_, inner_, name_;

  // What fires.
  std::vector<Firing> firing_;
  size_t next_firing_ = 0;
  EncodedKeys firing_keys_, group_key_;
  std::vector<Timestamp> due_;
};

}  // namespace weir
