#include "jobmanager/state_query.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "common/base/hex.h"
#include "common/base/nearest_name.h"

namespace weir {
namespace {

constexpr int32_t kMostRows = 1000;
constexpr int64_t kMostBytes = int64_t{4} << 20;  // about, of a reply

template <class Number>
bool ReadNumber(std::string_view text, int base, Number* out) {
  const char* end = text.data() + text.size();
  return std::from_chars(text.data(), end, *out, base).ptr == end && !text.empty();
}

bool ReadHex(std::string_view text, std::string* out) {
  if (text.size() % 2 != 0) return false;
  for (; !text.empty(); text.remove_prefix(2)) {
    uint8_t byte = 0;
    if (!ReadNumber(text.substr(0, 2), 16, &byte)) return false;
    out->push_back(static_cast<char>(byte));
  }
  return true;
}

}  // namespace

StatusOr<StateQuery> StateQuery::Make(const rpc::StateRequest& request,
                                      const plan::JobGraph& graph) {
  StateQuery query;
  query.request_ = request;
  query.rows_left_ = request.limit();
  query.bytes_left_ = kMostBytes;
  std::vector<std::string> uids;
  std::optional<VertexId> found;
  for (const plan::Vertex& vertex : graph.vertices()) {
    query.vertices_.push_back({vertex.name(), vertex.parallelism()});
    for (const plan::OperatorNode& node : vertex.chain()) {
      if (node.uid().empty()) continue;
      uids.push_back(node.uid());
      if (node.uid() == request.uid()) found = VertexId(static_cast<int32_t>(vertex.id()));
    }
  }
  if (request.uid().empty()) return query;
  if (!found) {
    return NotFoundError("there is no operator " + request.uid() + " in the job" +
                         DidYouMean(request.uid(), uids));
  }
  if (request.limit() < 1 || request.limit() > kMostRows) {
    return InvalidArgumentError("the limit must be from 1 to " + std::to_string(kMostRows) +
                                " rows");
  }
  query.vertex_ = *found;
  RETURN_IF_ERROR(query.SetCursor());
  return query;
}

// "parallelism-subtask-place": a subtask has other keys at another parallelism.
Status StateQuery::SetCursor() {
  if (request_.cursor().empty()) return OkStatus();
  const std::string_view text = request_.cursor();
  const size_t first = text.find('-');
  const size_t second = first == text.npos ? first : text.find('-', first + 1);
  int32_t parallelism = 0;
  if (second == text.npos || !ReadNumber(text.substr(0, first), 10, &parallelism) ||
      !ReadNumber(text.substr(first + 1, second - first - 1), 10, &first_) ||
      !ReadHex(text.substr(second + 1), &first_after_) || first_ < 0 || first_ >= parallelism) {
    return InvalidArgumentError("the cursor is none that an earlier page has named");
  }
  if (parallelism != vertices_[static_cast<size_t>(vertex_.value())].parallelism) {
    return InvalidArgumentError(
        "the job's parallelism has changed since the cursor's page: begin again without one");
  }
  return OkStatus();
}

StateQuery::Questions StateQuery::Begin() {
  if (!request_.uid().empty()) return Ask(first_, first_after_);
  Questions questions;
  for (size_t v = 0; v < vertices_.size(); ++v) {
    for (int32_t subtask = 0; subtask < vertices_[v].parallelism; ++subtask) {
      questions.push_back({{VertexId(static_cast<int32_t>(v)), subtask}, {}});
    }
  }
  waiting_ = static_cast<int>(questions.size());
  return questions;
}

StateQuery::Questions StateQuery::Ask(int32_t subtask, const std::string& after) {
  rpc::ReadState question;
  question.set_uid(request_.uid());
  question.set_table(request_.table());
  question.set_one_key(request_.one_key());
  *question.mutable_key() = request_.key();
  question.set_after(after);
  question.set_limit(rows_left_);
  question.set_max_bytes(bytes_left_);
  ++waiting_;
  return {{{vertex_, subtask}, std::move(question)}};
}

StatusOr<StateQuery::Questions> StateQuery::OnAnswer(TaskId from, const rpc::StatePage& page) {
  --waiting_;
  if (page.failure().code() != 0) {
    const auto code = static_cast<StatusCode>(page.failure().code());
    const bool users = code == StatusCode::kNotFound || code == StatusCode::kInvalidArgument;
    return Status(code, (users ? "" : NameOf(from) + ": ") + page.failure().message());
  }
  if (request_.uid().empty()) {
    AddTables(page);
    return Questions();
  }
  const int32_t parallelism = vertices_[static_cast<size_t>(vertex_.value())].parallelism;
  if (request_.one_key() && static_cast<int32_t>(page.owner()) != from.subtask) {
    if (static_cast<int32_t>(page.owner()) >= parallelism) {
      return InternalError("task " + NameOf(from) + " names an owner that is not there");
    }
    return Ask(static_cast<int32_t>(page.owner()), first_after_);
  }
  *reply_.mutable_schema() = page.schema();
  if (!page.rows().empty()) reply_.add_batches(page.rows());
  rows_left_ -= page.count();
  bytes_left_ -= static_cast<int64_t>(page.rows().size());
  int32_t next = from.subtask;
  if (page.next().empty()) ++next;
  if (next == parallelism || (request_.one_key() && page.next().empty())) return Questions();
  if (page.next().empty() && rows_left_ > 0 && bytes_left_ > 0) return Ask(next, "");
  reply_.set_next(std::to_string(parallelism) + "-" + std::to_string(next) + "-" +
                  HexText(page.next()));
  return Questions();
}

// Of several subtasks' one table: their sums.
void StateQuery::AddTables(const rpc::StatePage& page) {
  for (const rpc::StateTable& table : page.tables()) {
    auto* tables = reply_.mutable_tables();
    const auto same = std::find_if(tables->begin(), tables->end(), [&](const auto& known) {
      return known.uid() == table.uid() && known.table() == table.table();
    });
    if (same == tables->end()) {
      *tables->Add() = table;
      continue;
    }
    same->set_entries(same->entries() + table.entries());
    same->set_bytes(same->bytes() + table.bytes());
    same->set_on_disk(same->on_disk() || table.on_disk());
  }
  std::stable_sort(reply_.mutable_tables()->begin(), reply_.mutable_tables()->end(),
                   [](const auto& a, const auto& b) {
                     return a.vertex() != b.vertex() ? a.vertex() < b.vertex() : a.uid() < b.uid();
                   });
}

std::string StateQuery::NameOf(TaskId task) const {
  const Vertex& vertex = vertices_[static_cast<size_t>(task.vertex.value())];
  return vertex.name + " (" + std::to_string(task.subtask + 1) + "/" +
         std::to_string(vertex.parallelism) + ")";
}

std::vector<std::string> ColumnNames(const rpc::StateTable& table, bool of_key) {
  std::vector<std::string> names;
  for (int i = 0; i < table.rows().fields_size(); ++i) {
    const auto& keys = table.keys();
    const bool is_key = std::find(keys.begin(), keys.end(), static_cast<uint32_t>(i)) != keys.end();
    if (is_key == of_key) names.push_back(table.rows().fields(i).name());
  }
  return names;
}

}  // namespace weir
