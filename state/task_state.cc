#include "state/task_state.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "state/share_files.h"
#include "state/state_share.h"
#include "state/write_back_table.h"

namespace weir {
namespace {

// A table with what the checkpoints hold of it.
struct TrackedTable {
  TableIdentity identity;
  std::unique_ptr<WriteBackTable> table;
  StateShare share;  // as of the newest completed checkpoint that we were told of
  // Cut since, oldest first: numbered, so that a checkpoint knows which it holds.
  std::deque<std::pair<uint64_t, std::shared_ptr<const StateRun>>> runs;
  uint64_t next_run = 1;
  uint64_t counted_bytes = 0;  // of runs, as in TaskMemory

  void AddRun(StateRun run, TaskMemory& memory) {
    if (run.empty()) return;
    runs.push_back({next_run++, std::make_shared<const StateRun>(std::move(run))});
    CountRuns(memory);
  }
  void CountRuns(TaskMemory& memory) {
    uint64_t bytes = 0;
    for (const auto& [number, run] : runs) bytes += run->memory_bytes();
    memory.Recount(counted_bytes, bytes);
  }
};

// What one snapshot wrote of one table. Filled on the I/O pool, read by the task when the
// checkpoint is completed, which is after the result travelled to the job manager and back.
struct TableResult {
  bool written = false;
  StateShare share;
  uint64_t last_run = 0;  // runs up to it are in `share`
};

struct TableWork {
  TrackedTable* tracked;  // for the task's thread only
  TableIdentity identity;
  StateShare share;
  std::vector<std::shared_ptr<const StateRun>> runs;
  Timestamp now = 0;
  std::shared_ptr<TableResult> result;
};

StatusOr<SnapshotResult> Write(CheckpointStorage& storage, CheckpointId id,
                               const std::vector<TableWork>& tables) {
  SnapshotResult result;
  for (const TableWork& work : tables) {
    StatusOr<WrittenShare> written =
        WriteShare(storage, id, work.identity, work.share, work.runs, work.now);
    if (!written.ok()) {
      storage.Discard(result.files);
      return std::move(written).status().Annotate("snapshot of " + work.identity.Name());
    }
    result.written_bytes += written->written_bytes;
    if (!written->file.empty()) result.files.push_back(std::move(written->file));
    result.state_bytes += BytesOf(written->share);
    auto& handles = result.keyed[work.identity.uid];
    handles.insert(handles.end(), written->share.begin(), written->share.end());
    work.result->share = std::move(written->share);
    work.result->written = true;
  }
  return result;
}

// A task that keeps no state has no part in the budget.
std::unique_ptr<TaskMemory> MakeMemory(const TaskState::Config& config) {
  auto budget = config.memory ? config.memory : std::make_shared<MemoryBudget>(uint64_t{1} << 62);
  return std::make_unique<TaskMemory>(budget->NewShare(config.make_room_soon), config.cold_store,
                                      config.scratch_dir, config.spill_changes_bytes,
                                      *config.clock);
}

}  // namespace

// The tables of one operator.
class OperatorTables : public KeyedState {
 public:
  OperatorTables(const TaskState::Config& config, std::unique_ptr<TaskMemory>& memory,
                 uint32_t& table_count, std::string uid)
      : config_(config), memory_(memory), table_count_(table_count), uid_(std::move(uid)) {}

  StatusOr<SlotTable*> OpenSlotTable(const std::string& name, SlotLayout layout,
                                     KeyForm keys) override {
    ASSIGN_OR_RETURN(WriteBackTable * table, Open(name, std::move(layout), keys, false));
    return table;
  }
  StatusOr<OrderedTable*> OpenOrderedTable(const std::string& name, SlotLayout layout,
                                           KeyForm keys) override {
    ASSIGN_OR_RETURN(WriteBackTable * table, Open(name, std::move(layout), keys, true));
    return table;
  }
  void SetTimeToLive(TimeToLive time_to_live) override { time_to_live_ = time_to_live; }
  KeyGroupRange key_groups() const override { return config_.key_groups; }
  int32_t max_parallelism() const override { return config_.max_parallelism; }

  Status Restore(std::vector<checkpoint::KeyedStateHandle> handles) {
    if (!tables_.empty()) {
      return FailedPreconditionError("operator " + uid_ + " has opened its tables already");
    }
    restored_ = std::move(handles);
    return OkStatus();
  }
  std::vector<std::unique_ptr<TrackedTable>>& tables() { return tables_; }

 private:
  StatusOr<WriteBackTable*> Open(const std::string& name, SlotLayout layout, KeyForm keys,
                                 bool ordered) {
    for (const auto& open : tables_) {
      if (open->identity.table == name) {
        return AlreadyExistsError(open->identity.Name() + " is open already");
      }
    }
    auto tracked = std::make_unique<TrackedTable>();
    tracked->identity = {uid_, name, std::move(layout), config_.key_groups, config_.max_parallelism,
                         keys};
    tracked->identity.time_to_live = time_to_live_;
    if (time_to_live_.ms > 0) {
      std::vector<SlotField> fields = tracked->identity.layout.fields();
      fields.push_back({"weir.written"});
      tracked->identity.layout = SlotLayout(std::move(fields));
    }
    if (!memory_) memory_ = MakeMemory(config_);
    WriteBackTable::Config table;
    table.number = table_count_++;
    table.identity = tracked->identity;
    table.ordered = ordered;
    table.collects_changes = config_.storage != nullptr;
    table.memory = memory_.get();
    tracked->table = std::make_unique<WriteBackTable>(std::move(table));
    ASSIGN_OR_RETURN(tracked->share, SelectShare(tracked->identity, restored_));
    if (!tracked->share.empty()) {
      StatusOr<std::unique_ptr<ShareFiles>> files =
          ShareFiles::Open(*config_.storage, tracked->identity, tracked->share);
      if (files.status().code() == StatusCode::kNotFound) {
        return DataLossError(files.status().message());
      }
      RETURN_IF_ERROR(files.status());
      const bool at_once = (*files)->bytes() <= config_.read_at_once_bytes;
      tracked->table->Restore(*std::move(files));
      if (at_once) RETURN_IF_ERROR(tracked->table->Warm(SIZE_MAX).status());
    }
    tables_.push_back(std::move(tracked));
    return tables_.back()->table.get();
  }

  const TaskState::Config& config_;
  std::unique_ptr<TaskMemory>& memory_;
  uint32_t& table_count_;
  const std::string uid_;
  TimeToLive time_to_live_;
  std::vector<checkpoint::KeyedStateHandle> restored_;
  std::vector<std::unique_ptr<TrackedTable>> tables_;
};

struct TaskState::Impl {
  explicit Impl(Config c) : config(std::move(c)) {}

  OperatorTables& Operator(const std::string& uid) {
    std::unique_ptr<OperatorTables>& op = operators[uid];
    if (!op) op = std::make_unique<OperatorTables>(config, memory, table_count, uid);
    return *op;
  }
  template <class F>
  void ForEachTable(F f) {
    for (auto& [uid, op] : operators) {
      for (auto& tracked : op->tables()) f(*tracked);
    }
  }
  // Ends a cut that nobody waits for any more.
  void AbortCut() {
    ForEachTable([this](TrackedTable& t) {
      if (t.table->cutting()) t.AddRun(t.table->AbortCut(), *memory);
    });
    cutting = false;
  }

  const Config config;
  std::unique_ptr<TaskMemory> memory;  // null: no table is open
  uint32_t table_count = 0;
  std::map<std::string, std::unique_ptr<OperatorTables>> operators;
  CheckpointId last_id;
  bool cutting = false;  // BeginSnapshot was called, TakeWork was not
  // Snapshots whose outcome is unknown. A barrier may overtake the news of the checkpoint before.
  std::map<CheckpointId, std::vector<TableWork>> outstanding;
};

TaskState::TaskState(Config config) : impl_(std::make_unique<Impl>(std::move(config))) {}
TaskState::~TaskState() = default;

Status TaskState::Restore(const std::string& uid,
                          std::vector<checkpoint::KeyedStateHandle> handles) {
  if (!handles.empty() && !impl_->config.storage) {
    return FailedPreconditionError("operator " + uid + ": there is no checkpoint storage");
  }
  return impl_->Operator(uid).Restore(std::move(handles));
}

KeyedState& TaskState::ForOperator(const std::string& uid) { return impl_->Operator(uid); }

// The largest tables first: a large one that rests must not press a small one that works.
Status TaskState::MakeRoom() {
  if (!impl_->memory) return OkStatus();
  std::vector<WriteBackTable*> tables;
  impl_->ForEachTable([&](TrackedTable& t) { tables.push_back(t.table.get()); });
  if (impl_->memory->held() > impl_->memory->Allowance()) {
    std::stable_sort(tables.begin(), tables.end(), [](WriteBackTable* a, WriteBackTable* b) {
      return a->hot_bytes() > b->hot_bytes();
    });
  }
  for (WriteBackTable* table : tables) RETURN_IF_ERROR(table->MakeRoom());
  return OkStatus();
}

StatusOr<bool> TaskState::WarmSome(size_t entries) {
  Status status;
  bool done = true;
  impl_->ForEachTable([&](TrackedTable& t) {
    if (!status.ok() || !done) return;
    StatusOr<bool> warm = t.table->Warm(entries);
    status = warm.status();
    done = status.ok() && *warm;
  });
  RETURN_IF_ERROR(status);
  return done;
}

Status TaskState::BeginSnapshot(CheckpointId id) {
  CHECK(id > impl_->last_id) << "checkpoint " << id << " after " << impl_->last_id;
  impl_->last_id = id;
  if (impl_->cutting) impl_->AbortCut();
  impl_->cutting = true;
  if (impl_->config.storage) {
    impl_->ForEachTable([](TrackedTable& t) { t.table->BeginCut(); });
  }
  return OkStatus();
}

bool TaskState::SnapshotSome(size_t entries) {
  bool done = true;
  impl_->ForEachTable([&](TrackedTable& t) {
    if (!t.table->cutting()) return;
    entries -= t.table->CutSome(entries);
    done = done && t.table->cut_done();
  });
  return done;
}

SnapshotWork TaskState::TakeWork() {
  CHECK(impl_->cutting) << "no snapshot has begun";
  impl_->cutting = false;
  if (!impl_->config.storage) return [] { return StatusOr<SnapshotResult>(SnapshotResult{}); };
  std::vector<TableWork> tables;
  impl_->ForEachTable([&](TrackedTable& t) {
    t.AddRun(t.table->TakeCut(), *impl_->memory);
    TableWork& work = tables.emplace_back();
    work.tracked = &t;
    work.identity = t.identity;
    work.now = impl_->memory->Now();
    work.share = t.share;
    for (const auto& [number, run] : t.runs) work.runs.push_back(run);
    work.result = std::make_shared<TableResult>();
    work.result->last_run = t.next_run - 1;
  });
  impl_->outstanding[impl_->last_id] = tables;
  return [storage = impl_->config.storage, id = impl_->last_id, tables = std::move(tables)] {
    return Write(*storage, id, tables);
  };
}

void TaskState::CheckpointCompleted(CheckpointId id) {
  auto it = impl_->outstanding.find(id);
  if (it != impl_->outstanding.end()) {
    for (TableWork& work : it->second) {
      CHECK(work.result->written) << "checkpoint " << id << " was completed without our share";
      work.tracked->share = std::move(work.result->share);
      auto& runs = work.tracked->runs;
      while (!runs.empty() && runs.front().first <= work.result->last_run) runs.pop_front();
      work.tracked->CountRuns(*impl_->memory);
    }
  }
  impl_->outstanding.erase(impl_->outstanding.begin(), impl_->outstanding.upper_bound(id));
}

void TaskState::Abort(CheckpointId id) {
  if (id == impl_->last_id && impl_->cutting) impl_->AbortCut();
  impl_->outstanding.erase(id);
}

std::vector<TaskState::TableSize> TaskState::SizesOf(const std::string& uid) const {
  std::vector<TableSize> sizes;
  const auto op = impl_->operators.find(uid);
  if (op == impl_->operators.end()) return sizes;
  for (const auto& tracked : op->second->tables()) {
    const WriteBackTable& table = *tracked->table;
    sizes.push_back(
        {tracked->identity.table, table.EntryCount(), table.hot_bytes(), table.partly_cold()});
  }
  return sizes;
}

Status TaskState::ReadSome(const std::string& uid, const std::string& table, PageRead& read,
                           size_t entries) {
  const auto op = impl_->operators.find(uid);
  if (op != impl_->operators.end()) {
    for (const auto& tracked : op->second->tables()) {
      if (tracked->identity.table == table) return tracked->table->ReadSome(read, entries);
    }
  }
  return NotFoundError("operator " + uid + " has no table " + table);
}

uint64_t TaskState::hot_bytes() const {
  uint64_t bytes = 0;
  impl_->ForEachTable([&](TrackedTable& t) { bytes += t.table->hot_bytes(); });
  return bytes;
}
uint64_t TaskState::hot_entries() const {
  uint64_t entries = 0;
  impl_->ForEachTable([&](TrackedTable& t) { entries += t.table->EntryCount(); });
  return entries;
}
uint64_t TaskState::spilled_entries() const {
  return impl_->memory ? impl_->memory->spilled_entries : 0;
}

}  // namespace weir
