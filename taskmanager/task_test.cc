#include "taskmanager/task.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "common/data/batch_codec.h"
#include "operators/expressions/expr.h"
#include "taskmanager/task_harness.h"

namespace weir {
namespace {

plan::Schema PairPlan() {
  plan::Schema schema;
  ToProto(*PairSchema(), &schema);
  return schema;
}

// Counts rows by key in keyed state; what it counted comes out at every watermark.
class CountOperator : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>&) override {
    SlotLayout layout({{.name = "count", .kind = SlotFieldKind::kFixed, .width = 8}});
    ASSIGN_OR_RETURN(table_, context.state->OpenSlotTable("count", layout));
    return OkStatus();
  }
  StatusOr<Progress> ProcessBatch(int, Batch batch, Collector& out) override {
    std::vector<ColumnPtr> columns = {batch.column(0)};
    codec_.Encode(columns, batch.rows(), keys_);
    std::vector<uint32_t> rows(batch.rows());
    for (uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
    std::vector<Slot> slots(rows.size());
    std::vector<uint8_t> is_new(rows.size());
    RETURN_IF_ERROR(table_->Resolve(0, keys_, rows, slots, is_new));
    BatchBuilder counts(PairSchema());
    for (size_t i = 0; i < rows.size(); ++i) {
      slots[i].Set<int64_t>(0, slots[i].Get<int64_t>(0) + 1);
      counts.AppendRow({batch.column(0)->GetValue(i), slots[i].Get<int64_t>(0)});
    }
    out.Emit(0, counts.Finish());
    return Progress::kDone;
  }
  std::vector<StateView> StateViews() const override {
    const auto add_row = [this](int64_t, std::string_view key, Slot slot, BatchBuilder& out) {
      codec_.Decode(key, std::vector{&out.column(0)});
      out.column(1).Append<int64_t>(slot.Get<int64_t>(0));
      out.CloseRow();
    };
    return {{"count", PairSchema(), {0}, &codec_, EntryOfKey, add_row}};
  }

 private:
  KeyCodec codec_{{DataType::String()}};
  EncodedKeys keys_;
  SlotTable* table_ = nullptr;
};

// A source that a test tells what to give.
class ScriptedSource : public SourceOperator {
 public:
  struct Script {
    std::deque<Batch> batches;
    bool finished = false;
    int polls = 0;
    std::vector<SourceSplit> splits;
    std::function<void()> wake;
  };
  explicit ScriptedSource(Script& script) : script_(script) {}
  Status Open(OperatorContext& context, const std::vector<std::string>&) override {
    script_.wake = context.wake;
    splits_ = context.splits;
    return OkStatus();
  }
  StatusOr<PollResult> Poll(Collector& out) override {
    ++script_.polls;
    if (script_.batches.empty()) {
      return script_.finished ? PollResult::kFinished : PollResult::kIdle;
    }
    out.Emit(0, std::move(script_.batches.front()));
    script_.batches.pop_front();
    return PollResult::kMore;
  }
  Status AddSplits(const std::vector<SourceSplit>& splits) override {
    for (const SourceSplit& split : splits) {
      script_.splits.push_back(split);
      splits_->splits().push_back({.id = split.id, .watermark = split.watermark});
    }
    return OkStatus();
  }
  void NoMoreSplits() override {}
  StatusOr<std::vector<SourceSplit>> SplitPositions() override { return script_.splits; }

 private:
  Script& script_;
  SplitWatermarks* splits_ = nullptr;
};

// One task between channels that the test holds in its hands.
class Bench {
 public:
  static constexpr size_t kCapacity = 4096;

  // `op` makes the one operator of the chain; `inputs` is how many channels feed it.
  Bench(int inputs, std::function<std::unique_ptr<Operator>()> op, std::string dir = "")
      : executor(std::make_unique<ManualExecutor>()), dir_(std::move(dir)) {
    config.id = {VertexId(0), 0};
    auto graph = std::make_shared<plan::JobGraph>();
    graph->set_max_parallelism(128);
    plan::Vertex* vertex = graph->add_vertices();
    vertex->set_parallelism(1);
    plan::OperatorNode* node = vertex->add_chain();
    node->set_uid("op");
    node->set_name("op");
    node->set_parent(-1);
    *node->mutable_output() = PairPlan();
    config.graph = graph;
    config.make_operator = [op](const plan::OperatorNode&) -> StatusOr<std::unique_ptr<Operator>> {
      return op();
    };
    for (int i = 0; i < inputs; ++i) {
      auto queue = std::make_shared<ChannelQueue>(kCapacity);
      queue->SetReceiver([this] { executor->Wake(task); });
      in.push_back(queue);
      config.inputs.push_back({0, queue});
    }
    if (inputs > 0) config.input_schema = PairSchema();
    out = std::make_shared<ChannelQueue>(kCapacity);
    OutputWriter::Edge edge;
    edge.schema = PairSchema();
    edge.channels.push_back(std::make_unique<LocalChannel>(out, [this] { executor->Wake(task); }));
    config.outputs.push_back(std::move(edge));
    config.output_nodes = {0};
    if (!dir_.empty()) {
      config.state.storage = std::make_shared<CheckpointStorage>(FileSystem::Local(), dir_);
    }
    config.state.key_groups = {0, 127};
    config.executor = executor.get();
    config.listener = [this](TaskEvent event) { events.push_back(std::move(event)); };
  }
  ~Bench() {
    if (task && !Over()) {
      Post(task_mail::Cancel{});
      EXPECT_TRUE(Over());
    }
  }

  void Start() {
    task = std::make_shared<Task>(std::move(config));
    Post(task_mail::Start{});
  }
  void Post(TaskMail mail) {
    task->Post(std::move(mail));
    ASSERT_TRUE(executor->RunAll());
  }
  void Send(int channel, StreamElement element) {
    const Batch* batch = std::get_if<Batch>(&element);
    size_t bytes = batch ? batch->ByteSize() : 0;
    in[static_cast<size_t>(channel)]->Push(std::move(element), bytes);
    ASSERT_TRUE(executor->RunAll());
  }
  // What came out: "+I a 1\n", "w5\n", "b1\n", "end\n".
  std::string Output() {
    std::string text;
    while (auto entry = out->Pop()) {
      if (auto* batch = std::get_if<Batch>(&entry->element)) text += Text(*batch);
      if (auto* w = std::get_if<Watermark>(&entry->element)) {
        text += "w" + std::to_string(w->time) + (w->idle ? " idle" : "") + "\n";
      }
      if (auto* b = std::get_if<CheckpointBarrier>(&entry->element)) {
        text += "b" + std::to_string(b->id.value()) + "\n";
      }
      if (std::holds_alternative<EndOfInput>(entry->element)) text += "end\n";
    }
    EXPECT_TRUE(executor->RunAll());
    return text;
  }
  std::vector<TaskPhase> Phases() const {
    std::vector<TaskPhase> phases;
    for (const TaskEvent& event : events) {
      if (auto* p = std::get_if<task_event::PhaseChanged>(&event)) phases.push_back(p->phase);
    }
    return phases;
  }
  bool Over() const { return !Phases().empty() && IsOver(Phases().back()); }
  template <class E>
  std::vector<const E*> Events() const {
    std::vector<const E*> found;
    for (const TaskEvent& event : events) {
      if (auto* e = std::get_if<E>(&event)) found.push_back(e);
    }
    return found;
  }

  std::unique_ptr<ManualExecutor> executor;
  TaskConfig config;
  std::shared_ptr<Task> task;
  std::vector<std::shared_ptr<ChannelQueue>> in;
  std::shared_ptr<ChannelQueue> out;
  std::vector<TaskEvent> events;

 private:
  std::string dir_;
};

std::unique_ptr<Operator> MakeCount() { return std::make_unique<CountOperator>(); }

class TaskTest : public testing::Test {
 protected:
  TaskTest() : dir_(testing::TempDir() + "/weir_task_test_" + std::to_string(getpid())) {
    std::filesystem::create_directories(dir_);
  }
  ~TaskTest() override { std::filesystem::remove_all(dir_); }
  std::string dir_;
};

TEST_F(TaskTest, LivesFromDeployToCancel) {
  Bench bench(1, MakeCount);
  bench.Start();
  bench.Send(0, Pairs({{"a", 1}, {"a", 1}}));
  EXPECT_EQ(bench.Output(), "+I a 1\n+I a 2\n");
  EXPECT_EQ(bench.task->metrics().records_in, 2);
  EXPECT_EQ(bench.task->metrics().records_out, 2);
  bench.Post(task_mail::Finish{});  // too early: nothing has ended
  bench.Post(task_mail::Cancel{});
  bench.Post(task_mail::Cancel{});
  bench.Send(0, Pairs({{"late", 1}}));
  EXPECT_EQ(bench.Phases(), (std::vector<TaskPhase>{TaskPhase::kDeploying, TaskPhase::kInitializing,
                                                    TaskPhase::kRunning, TaskPhase::kCanceled}));
}

TEST_F(TaskTest, ReportsAFailureOnceWithTheOperatorsName) {
  auto failing = [] {
    auto op = std::make_unique<TestOperator>();
    op->batch = [](int, Batch, Collector&) -> StatusOr<Progress> {
      return UnavailableError("no route");
    };
    return op;
  };
  Bench bench(1, failing);
  bench.Start();
  bench.Send(0, Pairs({{"a", 1}}));
  ASSERT_EQ(bench.Phases().back(), TaskPhase::kFailed);
  EXPECT_EQ(bench.Events<task_event::PhaseChanged>().back()->cause,
            UnavailableError("op: no route"));
  Bench unopened(1, [] {
    auto op = std::make_unique<TestOperator>();
    op->open = [](OperatorContext&, const std::vector<std::string>&) {
      return NotFoundError("no such table");
    };
    return op;
  });
  unopened.Start();
  EXPECT_EQ(unopened.Phases().back(), TaskPhase::kFailed);
}

TEST_F(TaskTest, MergesWatermarks) {
  Bench bench(2, MakeCount);
  bench.Start();
  bench.Send(0, Watermark{5, false});
  EXPECT_EQ(bench.Output(), "");
  bench.Send(1, Watermark{3, false});
  EXPECT_EQ(bench.Output(), "w3\n");
  EXPECT_EQ(bench.task->metrics().watermark, 3);
  bench.Send(1, EndOfInput{});
  EXPECT_EQ(bench.Output(), "w5\n");
}

// Rows behind the barrier are not in the snapshot, rows before it are; the barrier is on its way
// before the snapshot is written.
TEST_F(TaskTest, AlignsTwoInputsSnapshotsAndRestores) {
  checkpoint::TaskSnapshot snapshot;
  {
    Bench bench(2, MakeCount, dir_);
    bench.Start();
    bench.Send(0, Pairs({{"a", 1}, {"b", 1}}));
    bench.Send(1, Pairs({{"a", 1}}));
    bench.Send(0, CheckpointBarrier{CheckpointId(1)});
    bench.Send(0, Pairs({{"a", 1}, {"a", 1}}));  // waits
    EXPECT_EQ(bench.Output(), "+I a 1\n+I b 1\n+I a 2\n");
    bench.Send(1, Pairs({{"b", 1}}));
    bench.executor->hold_blocking = true;
    bench.Send(1, CheckpointBarrier{CheckpointId(1)});
    // After the barrier; touched while the snapshot is not yet written.
    EXPECT_EQ(bench.Output(), "+I b 2\nb1\n+I a 3\n+I a 4\n");
    EXPECT_TRUE(bench.Events<task_event::SnapshotDone>().empty());
    bench.executor->hold_blocking = false;
    ASSERT_TRUE(bench.executor->RunAll());
    auto done = bench.Events<task_event::SnapshotDone>();
    ASSERT_EQ(done.size(), 1u);
    EXPECT_EQ(done[0]->id, CheckpointId(1));
    EXPECT_FALSE(done[0]->snapshot.finished());
    ASSERT_EQ(done[0]->snapshot.operators_size(), 1);
    EXPECT_EQ(done[0]->snapshot.operators(0).uid(), "op");
    ASSERT_GT(done[0]->snapshot.operators(0).keyed_size(), 0);
    snapshot = done[0]->snapshot;
    bench.Post(task_mail::Completed{CheckpointId(1)});
  }
  Bench bench(1, MakeCount, dir_);
  bench.config.restore.emplace_back();
  bench.config.restore[0].set_uid("op");
  *bench.config.restore[0].mutable_keyed() = snapshot.operators(0).keyed();
  bench.Start();
  bench.Send(0, Pairs({{"a", 1}, {"b", 1}, {"c", 1}}));
  EXPECT_EQ(bench.Output(), "+I a 3\n+I b 3\n+I c 1\n");
}

TEST_F(TaskTest, GivesUpACheckpointAndTakesTheNext) {
  Bench bench(2, MakeCount, dir_);
  bench.Start();
  bench.Send(0, CheckpointBarrier{CheckpointId(1)});
  bench.Send(0, Pairs({{"a", 1}}));
  bench.Post(task_mail::Abort{CheckpointId(1)});
  EXPECT_EQ(bench.Output(), "+I a 1\n") << "the channel is free again";
  bench.Send(0, CheckpointBarrier{CheckpointId(2)});
  bench.Send(1, CheckpointBarrier{CheckpointId(3)});  // 2 was overtaken
  ASSERT_EQ(bench.Events<task_event::SnapshotDeclined>().size(), 1u);
  EXPECT_EQ(bench.Events<task_event::SnapshotDeclined>()[0]->id, CheckpointId(2));
  bench.Send(0, CheckpointBarrier{CheckpointId(3)});
  EXPECT_EQ(bench.Output(), "b3\n");
  ASSERT_EQ(bench.Events<task_event::SnapshotDone>().size(), 1u);
  EXPECT_EQ(bench.Events<task_event::SnapshotDone>()[0]->id, CheckpointId(3));
}

// Nobody hears of it any more, so nobody else could remove its files.
TEST_F(TaskTest, WhatWasWrittenForACheckpointThatIsGivenUpIsRemoved) {
  const auto files = [&] {
    return std::distance(std::filesystem::directory_iterator(dir_ + "/shared"), {});
  };
  Bench bench(1, MakeCount, dir_);
  bench.config.state.storage =
      std::make_shared<CheckpointStorage>(FileSystem::Local(), dir_, /*inline_bytes=*/0);
  bench.Start();
  const auto begin = [&](int64_t id) {
    bench.executor->hold_blocking = true;
    bench.Send(0, Pairs({{"a", 1}}));
    bench.Send(0, CheckpointBarrier{CheckpointId(id)});
  };
  const auto write = [&] {
    bench.executor->hold_blocking = false;
    ASSERT_TRUE(bench.executor->RunAll());
  };
  begin(1);
  write();
  ASSERT_EQ(files(), 1);
  bench.Post(task_mail::Completed{CheckpointId(1)});
  begin(2);
  bench.Post(task_mail::Abort{CheckpointId(2)});
  write();
  EXPECT_EQ(files(), 1);
  begin(3);
  bench.Post(task_mail::Cancel{});
  write();
  EXPECT_TRUE(bench.Over());
  EXPECT_EQ(files(), 1);
  EXPECT_EQ(bench.Events<task_event::SnapshotDone>().size(), 1u);
}

TEST_F(TaskTest, AnOperatorThatDeclinesACheckpointGoesOn) {
  Bench bench(
      1,
      [] {
        auto op = std::make_unique<TestOperator>();
        op->snapshot = [](CheckpointId id) -> StatusOr<OperatorState> {
          OperatorState state;
          if (id == CheckpointId(1)) state.declined = ResourceExhaustedError("no space left");
          return state;
        };
        return op;
      },
      dir_);
  bench.Start();
  bench.Send(0, CheckpointBarrier{CheckpointId(1)});
  EXPECT_TRUE(bench.Events<task_event::SnapshotDone>().empty());
  ASSERT_EQ(bench.Events<task_event::SnapshotDeclined>().size(), 1u);
  EXPECT_EQ(bench.Events<task_event::SnapshotDeclined>()[0]->cause,
            ResourceExhaustedError("no space left"));
  bench.Send(0, Pairs({{"a", 1}}));
  bench.Send(0, CheckpointBarrier{CheckpointId(2)});
  EXPECT_EQ(bench.Output(), "b1\n+I a 1\nb2\n");
  ASSERT_EQ(bench.Events<task_event::SnapshotDone>().size(), 1u);
  EXPECT_EQ(bench.Events<task_event::SnapshotDone>()[0]->id, CheckpointId(2));
}

TEST_F(TaskTest, EndsItsInputTakesTheLastSnapshotAndFinishesWhenTold) {
  Bench bench(2, MakeCount, dir_);
  bench.Start();
  bench.Send(0, Pairs({{"a", 1}}));
  // Told directly before the news of its inputs' end has come.
  bench.Post(task_mail::Trigger{CheckpointId(1)});
  bench.Send(0, Watermark{kMaxTimestamp, false});
  bench.Send(0, EndOfInput{});
  EXPECT_TRUE(bench.Events<task_event::SnapshotDone>().empty());
  bench.Send(1, Watermark{kMaxTimestamp, false});
  bench.Send(1, EndOfInput{});
  EXPECT_EQ(bench.Output(), "+I a 1\nw" + std::to_string(kMaxTimestamp) + "\nend\n");
  EXPECT_EQ(bench.Events<task_event::EndOfInput>().size(), 1u);
  ASSERT_EQ(bench.Events<task_event::SnapshotDone>().size(), 1u);
  EXPECT_TRUE(bench.Events<task_event::SnapshotDone>()[0]->snapshot.finished());
  bench.Post(task_mail::Trigger{CheckpointId(2)});
  EXPECT_EQ(bench.Events<task_event::SnapshotDone>().size(), 2u);
  EXPECT_EQ(bench.Phases().back(), TaskPhase::kRunning);
  bench.Post(task_mail::Finish{});
  EXPECT_EQ(bench.Phases().back(), TaskPhase::kFinished);
  EXPECT_EQ(bench.Output(), "") << "nothing may follow the end";
}

TEST_F(TaskTest, ATaskThatHadFinishedOnlyEndsItsOutputAgain) {
  Bench bench(1, [] {
    ADD_FAILURE() << "it is not run again";
    return MakeCount();
  });
  bench.config.finished = true;
  const auto rows = std::make_shared<CollectBuffer>();
  bench.config.collect = rows;
  bench.Start();
  EXPECT_TRUE(rows->Read(0, 1).finished) << "who reads it waits for its end";
  EXPECT_EQ(bench.Output(), "w" + std::to_string(kMaxTimestamp) + "\nend\n");
  bench.Send(0, EndOfInput{});
  bench.Post(task_mail::Trigger{CheckpointId(4)});
  bench.Post(task_mail::Completed{CheckpointId(4)});
  ASSERT_EQ(bench.Events<task_event::SnapshotDone>().size(), 1u);
  EXPECT_TRUE(bench.Events<task_event::SnapshotDone>()[0]->snapshot.finished());
  bench.Post(task_mail::Finish{});
  EXPECT_EQ(bench.Phases().back(), TaskPhase::kFinished);
}

TEST_F(TaskTest, StopsReadingWhenItsOutputIsFull) {
  Bench bench(1, [] { return std::make_unique<TestOperator>(); });
  bench.Start();
  const std::vector<std::pair<std::string, int64_t>> rows(100, {"0123456789", 1});
  int sent = 0;
  while (bench.in[0]->HasCapacity() && sent < 1000) {
    bench.Send(0, Pairs(rows));
    ++sent;
  }
  EXPECT_LT(sent, 10);
  EXPECT_LT(bench.out->bytes(), 2 * Bench::kCapacity);
  int received = 0;
  for (int round = 0; round < 20; ++round) {
    std::string text = bench.Output();
    received += static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }
  EXPECT_EQ(received, sent * 100);
  EXPECT_TRUE(bench.in[0]->HasCapacity());
}

// What the task has answered to the question.
std::string Answer(const Bench& bench, int64_t request) {
  std::string text;
  for (const auto* read : bench.Events<task_event::StateRead>()) {
    const rpc::StatePage& page = read->page;
    if (page.request() != request) continue;
    if (page.failure().code() != 0) text += page.failure().message() + "\n";
    if (page.rows().empty()) continue;
    const auto elements = DecodeElements(page.rows(), PairSchema());
    EXPECT_EQ(elements.status(), OkStatus());
    text += Text(std::get<Batch>((*elements)[0]));
  }
  return text;
}
task_mail::ReadState Question(int64_t request, const std::string& key = "") {
  rpc::ReadState question;
  question.set_request(request);
  question.set_uid("op");
  question.set_table("count");
  question.set_limit(10);
  question.set_max_bytes(1 << 20);
  if (!key.empty()) question.set_one_key(true);
  if (!key.empty()) question.add_key()->set_text(key);
  return {question};
}

TEST_F(TaskTest, ShowsItsStateAlsoWhenItCannotGoOn) {
  Bench bench(1, MakeCount);
  bench.Start();
  bench.Send(0, Pairs({{"a", 1}, {"b", 1}, {"a", 1}}));
  bench.Post(Question(1, "a"));
  EXPECT_EQ(Answer(bench, 1), "+I a 2\n");
  // Its output is full, and nobody reads it.
  for (int i = 0; i < 100; ++i) bench.Send(0, Pairs({{"b", 1}, {std::string(500, 'x'), 1}}));
  bench.Post(Question(2, "a"));
  EXPECT_EQ(Answer(bench, 2), "+I a 2\n");
  bench.Output();
}

TEST_F(TaskTest, ShowsItsStateWhileAnOperatorIsInTheMiddleOfSomething) {
  class Stuck : public CountOperator {
   public:
    StatusOr<Progress> ProcessWatermark(Watermark, Collector&) override {
      return Progress::kBlocked;
    }
    StatusOr<Progress> Resume(Collector&) override { return Progress::kBlocked; }
  };
  Bench bench(1, [] { return std::make_unique<Stuck>(); });
  bench.Start();
  bench.Send(0, Pairs({{"a", 1}}));
  bench.Send(0, Watermark{5, false});
  bench.Post(Question(1));
  EXPECT_EQ(Answer(bench, 1), "+I a 1\n");
}

TEST_F(TaskTest, SaysThatItsStateCannotBeReadAnyMore) {
  Bench bench(1, MakeCount);
  bench.executor->hold_blocking = true;
  bench.Start();
  bench.Post(Question(1));
  EXPECT_EQ(Answer(bench, 1), "");  // it is not open yet
  bench.executor->hold_blocking = false;
  bench.Send(0, Pairs({{"a", 1}}));
  EXPECT_EQ(bench.Events<task_event::StateRead>().size(), 1u);
  bench.task->Post(Question(2));  // worked off with what ends it
  bench.Post(task_mail::Cancel{});
  bench.Post(Question(3));
  EXPECT_EQ(Answer(bench, 2), "the task has ended\n");
  EXPECT_EQ(Answer(bench, 3), "the task has ended, or is about to\n");
}

TEST_F(TaskTest, ASourceIsPolledUntilIdleWokenAndTriggeredByMail) {
  ScriptedSource::Script script;
  Bench bench(
      0, [&] { return std::make_unique<ScriptedSource>(script); }, dir_);
  script.batches.push_back(Pairs({{"a", 1}}));
  bench.Start();
  EXPECT_EQ(bench.Output(), "+I a 1\n");
  const int polls = script.polls;
  ASSERT_TRUE(bench.executor->RunAll());
  EXPECT_EQ(script.polls, polls) << "an idle source is left alone";
  ASSERT_EQ(bench.Events<task_event::WantsSplit>().size(), 1u);

  bench.Post(task_mail::AddSplits{{{.id = "s-0", .position = "7", .watermark = 3}}, false});
  script.batches.push_back(Pairs({{"b", 2}}));
  script.wake();
  ASSERT_TRUE(bench.executor->RunAll());
  bench.Post(task_mail::Trigger{CheckpointId(1)});
  EXPECT_EQ(bench.Output(), "+I b 2\nb1\n");
  EXPECT_EQ(bench.task->metrics().records_in, 2) << "of a source: what it has read";
  auto done = bench.Events<task_event::SnapshotDone>();
  ASSERT_EQ(done.size(), 1u);
  ASSERT_EQ(done[0]->snapshot.operators(0).splits_size(), 1);
  const checkpoint::SplitState& split = done[0]->snapshot.operators(0).splits(0);
  EXPECT_EQ(split.split_id(), "s-0");
  EXPECT_EQ(split.position(), "7");
  EXPECT_EQ(split.watermark(), 3);

  script.finished = true;
  script.wake();
  ASSERT_TRUE(bench.executor->RunAll());
  EXPECT_EQ(bench.Output(), "w" + std::to_string(kMaxTimestamp) + "\nend\n");
}

// Stop with a checkpoint: the input ends behind the barrier; only draining fires the windows.
TEST_F(TaskTest, ASourceStopsBehindTheBarrier) {
  for (bool drain : {false, true}) {
    ScriptedSource::Script script;
    Bench bench(
        0, [&] { return std::make_unique<ScriptedSource>(script); }, dir_);
    bench.Start();
    bench.Post(task_mail::Trigger{CheckpointId(1), true, drain});
    script.batches.push_back(Pairs({{"never", 1}}));
    script.wake();
    ASSERT_TRUE(bench.executor->RunAll());
    const std::string max = "w" + std::to_string(kMaxTimestamp) + "\n";
    EXPECT_EQ(bench.Output(), (drain ? max : "") + "b1\nend\n");
  }
}

TEST_F(TaskTest, RunsTimersWhenTheyAreDue) {
  std::optional<Timestamp> due;
  Bench bench(1, [&] {
    auto op = std::make_unique<TestOperator>();
    op->next_timer = [&] { return due; };
    op->timer = [&](Timestamp, Collector& out) -> StatusOr<Progress> {
      due.reset();
      out.Emit(0, Pairs({{"timer", 1}}));
      return Progress::kDone;
    };
    return op;
  });
  due = bench.executor->clock().SteadyNow() + 50;
  bench.Start();
  EXPECT_EQ(bench.Output(), "");
  bench.executor->Advance(49);
  ASSERT_TRUE(bench.executor->RunAll());
  EXPECT_EQ(bench.Output(), "");
  bench.executor->Advance(1);
  ASSERT_TRUE(bench.executor->RunAll());
  EXPECT_EQ(bench.Output(), "+I timer 1\n");
}

TEST_F(TaskTest, ABlockedOperatorIsResumedWhenItsTimerIsDue) {
  std::optional<Timestamp> due;
  int resumed = 0;
  Bench bench(1, [&] {
    auto op = std::make_unique<TestOperator>();
    op->next_timer = [&] { return due; };
    op->batch = [&](int, Batch, Collector&) -> StatusOr<Progress> {
      due = bench.executor->clock().SteadyNow() + 50;
      return Progress::kBlocked;
    };
    op->resume = [&](Collector& out) -> StatusOr<Progress> {
      ++resumed;
      due.reset();
      out.Emit(0, Pairs({{"resumed", 1}}));
      return Progress::kDone;
    };
    return op;
  });
  bench.Start();
  bench.Send(0, Pairs({{"a", 1}}));
  bench.executor->Advance(49);
  ASSERT_TRUE(bench.executor->RunAll());
  EXPECT_EQ(resumed, 0);
  bench.executor->Advance(1);
  ASSERT_TRUE(bench.executor->RunAll());
  EXPECT_EQ(bench.Output(), "+I resumed 1\n");
  EXPECT_EQ(resumed, 1);
}

// It would be woken over and over for a timer that it no longer runs, until the whole job has
// ended.
TEST_F(TaskTest, ATimerThatIsDueDoesNotWakeATaskThatHasSentItsEnd) {
  Bench bench(1, [] {
    auto op = std::make_unique<TestOperator>();
    op->next_timer = [] { return std::optional<Timestamp>(1); };
    return op;
  });
  bench.Start();
  Runnable& task = *bench.task;
  EXPECT_NE(task.Run().wake_at, kMaxTimestamp);
  bench.Send(0, EndOfInput{});
  EXPECT_EQ(bench.Output(), "end\n");
  EXPECT_EQ(task.Run().wake_at, kMaxTimestamp);
}

}  // namespace
}  // namespace weir
