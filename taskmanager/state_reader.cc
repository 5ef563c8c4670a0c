#include "taskmanager/state_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/base/nearest_name.h"
#include "common/data/batch_codec.h"
#include "operators/expressions/evaluator.h"
#include "operators/expressions/expr.h"
#include "operators/functions/function_registry.h"
#include "state/key_groups.h"

namespace weir {
namespace {

constexpr size_t kEntriesPerPiece = 8192;  // that are looked at
constexpr size_t kMostRows = 1000;
constexpr int64_t kMostBytes = int64_t{4} << 20;

rpc::StatePage Failed(Status why) {
  rpc::StatePage page;
  page.mutable_failure()->set_code(static_cast<uint32_t>(why.code()));
  page.mutable_failure()->set_message(why.message());
  return page;
}

// Where a page ended, as the next one is asked for.
std::string PlaceBytes(const PageRead& read) {
  return std::string(reinterpret_cast<const char*>(&read.slice), sizeof(read.slice)) + read.place;
}

Status SetPlace(std::string_view bytes, PageRead* read) {
  if (bytes.empty()) return OkStatus();
  constexpr size_t kSlice = sizeof(read->slice), kLeastPlace = 2;
  if (bytes.size() < kSlice || (bytes.size() > kSlice && bytes.size() < kSlice + kLeastPlace)) {
    return InvalidArgumentError("the cursor is none that an earlier page has named");
  }
  std::memcpy(&read->slice, bytes.data(), kSlice);
  read->place = bytes.substr(kSlice);
  return OkStatus();
}

}  // namespace

struct StateReader::Page {
  const StateView* view = nullptr;
  std::string uid;
  int64_t max_bytes = 0;
  uint32_t owner = 0;
  bool elsewhere = false;  // the key is another subtask's
  PageRead read;
  std::unique_ptr<BatchBuilder> rows;
};

StateReader::StateReader(Config config, std::vector<Shown> shown, TaskState* state)
    : config_(std::move(config)), shown_(std::move(shown)), state_(state) {}

StateReader::~StateReader() = default;

void StateReader::Ask(rpc::ReadState question) { questions_.push_back(std::move(question)); }

std::optional<rpc::StatePage> StateReader::GiveUp(const Status& why) {
  if (questions_.empty()) return std::nullopt;
  rpc::StatePage page = Failed(why);
  page.set_request(questions_.front().request());
  questions_.pop_front();
  page_.reset();
  return page;
}

std::optional<rpc::StatePage> StateReader::Work() {
  if (questions_.empty()) return std::nullopt;
  const rpc::ReadState& question = questions_.front();
  rpc::StatePage answer;
  if (question.uid().empty()) {
    answer = Describe();
  } else {
    if (!page_) {
      StatusOr<std::unique_ptr<Page>> begun = Begin(question);
      if (!begun.ok()) return GiveUp(begun.status());
      page_ = *std::move(begun);
    }
    Page& page = *page_;
    if (!page.elsewhere && !page.read.done) {
      const Status read = state_->ReadSome(page.uid, page.view->table, page.read, kEntriesPerPiece);
      if (!read.ok()) return GiveUp(read);
      if (!page.read.done) return std::nullopt;
    }
    ToProto(*page.view->rows, answer.mutable_schema());
    answer.set_owner(page.owner);
    answer.set_count(static_cast<int32_t>(page.rows->rows()));
    if (page.read.more) answer.set_next(PlaceBytes(page.read));
    if (!page.rows->empty()) AppendElement(page.rows->Finish(), *answer.mutable_rows());
    page_.reset();
  }
  answer.set_request(question.request());
  questions_.pop_front();
  return answer;
}

rpc::StatePage StateReader::Describe() const {
  rpc::StatePage answer;
  for (const Shown& op : shown_) {
    const std::vector<TaskState::TableSize> sizes = state_->SizesOf(op.uid);
    for (const StateView& view : op.views) {
      rpc::StateTable* table = answer.add_tables();
      table->set_uid(op.uid);
      table->set_operator_(op.name);
      table->set_vertex(static_cast<uint32_t>(config_.task.vertex.value()));
      table->set_table(view.table);
      ToProto(*view.rows, table->mutable_rows());
      for (uint32_t key : view.keys) table->add_keys(key);
      for (const TaskState::TableSize& size : sizes) {
        if (size.table != view.table) continue;
        table->set_entries(static_cast<int64_t>(size.entries));
        table->set_bytes(static_cast<int64_t>(size.bytes));
        table->set_on_disk(size.on_disk);
      }
    }
  }
  return answer;
}

StatusOr<std::unique_ptr<StateReader::Page>> StateReader::Begin(
    const rpc::ReadState& question) const {
  auto page = std::make_unique<Page>();
  std::vector<std::string> tables;
  for (const Shown& op : shown_) {
    if (op.uid != question.uid()) continue;
    for (const StateView& view : op.views) {
      tables.push_back(view.table);
      if (view.table == question.table()) page->view = &view;
    }
  }
  if (!page->view) {
    return NotFoundError("operator " + question.uid() + " has no table " + question.table() +
                         DidYouMean(question.table(), tables));
  }
  page->uid = question.uid();
  page->owner = static_cast<uint32_t>(config_.task.subtask);
  page->max_bytes = std::clamp<int64_t>(question.max_bytes(), 1, kMostBytes);
  page->rows = std::make_unique<BatchBuilder>(page->view->rows);
  page->read.limit = static_cast<size_t>(std::clamp<int64_t>(question.limit(), 1, kMostRows));
  RETURN_IF_ERROR(SetPlace(question.after(), &page->read));
  if (question.one_key()) {
    uint64_t hash = 0;
    ASSIGN_OR_RETURN(const std::string key, EncodeKey(*page->view, question, &hash));
    page->owner = static_cast<uint32_t>(SubtaskOf(KeyGroupOf(hash, config_.max_parallelism),
                                                  config_.parallelism, config_.max_parallelism));
    page->elsewhere = page->owner != static_cast<uint32_t>(config_.task.subtask);
    page->read.key = page->view->entries_of(key, hash);
  }
  page->read.take = [to = page.get()](int64_t slice, std::string_view key, Slot slot) {
    to->view->add_row(slice, key, slot, *to->rows);
    return static_cast<int64_t>(to->rows->ByteSize()) < to->max_bytes;
  };
  return page;
}

StatusOr<std::string> StateReader::EncodeKey(const StateView& view, const rpc::ReadState& question,
                                             uint64_t* hash) const {
  if (static_cast<size_t>(question.key_size()) != view.keys.size()) {
    std::string names;
    for (uint32_t key : view.keys) names += (names.empty() ? "" : ", ") + (*view.rows)[key].name;
    return InvalidArgumentError("a key of table " + view.table + " has " +
                                std::to_string(view.keys.size()) + " cells (" + names + "), not " +
                                std::to_string(question.key_size()));
  }
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < view.keys.size(); ++i) {
    const Field& field = (*view.rows)[view.keys[i]];
    const rpc::KeyCell& cell = question.key(static_cast<int>(i));
    Value value;
    if (!cell.null() && field.type.physical() == PhysicalType::kBytes) {
      value = Value(cell.text());
    } else if (!cell.null()) {
      const ExprPtr text = Expr::MakeLiteral(DataType::String(), Value(cell.text()));
      const ExprPtr cast = Expr::MakeCall(field.type, "TRY_CAST", {text});
      ASSIGN_OR_RETURN(value,
                       EvaluateConstant(cast, FunctionRegistry::Builtin(), config_.time_zone));
      if (value.is_null()) {
        return InvalidArgumentError("'" + cell.text() + "' is no " + field.type.ToString() +
                                    ", which column " + field.name + " of the key is");
      }
    }
    columns.push_back(ColumnOf(field.type, {value}));
  }
  EncodedKeys keys;
  view.codec->Encode(columns, 1, keys);
  *hash = keys.hash(0);
  return std::string(keys.key(0));
}

}  // namespace weir
