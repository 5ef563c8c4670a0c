#include "client/shell/live_table.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "client/changelog_text.h"
#include "client/job_text.h"
#include "common/base/time.h"

namespace weir {
namespace {

constexpr int64_t kRedrawNanos = 100'000'000;
constexpr size_t kMostInTheEnd = 1000;  // rows that stay on the terminal
constexpr size_t kFrameLines = 7;       // of the screen that are no rows

std::string TableText(const ResultHeader& header, const std::vector<const LiveRows::Cells*>& rows) {
  TextTable table(ColumnsOf(*header.schema));
  for (const LiveRows::Cells* cells : rows) table.Add(*cells);
  std::ostringstream text;
  table.Finish(text);
  return std::move(text).str();
}

}  // namespace

void LiveRows::Apply(RowKind kind, Cells cells) {
  if (kind == RowKind::kUpdateBefore || kind == RowKind::kDelete) {
    auto [first, last] = places_.equal_range(cells);
    if (first == last) return;
    const auto newest = std::prev(last);
    freed_.reset();
    if (kind == RowKind::kUpdateBefore) freed_ = newest->second;
    rows_.erase(newest->second);
    places_.erase(newest);
    return;
  }
  uint64_t place = next_;
  if (kind == RowKind::kUpdateAfter && freed_) {
    place = *freed_;
  } else {
    ++next_;
  }
  freed_.reset();
  places_.emplace(cells, place);
  rows_.emplace(place, std::move(cells));
}

std::vector<const LiveRows::Cells*> LiveRows::Last(size_t most) const {
  std::vector<const Cells*> last;
  for (auto it = rows_.rbegin(); it != rows_.rend() && last.size() < most; ++it) {
    last.push_back(&it->second);
  }
  std::reverse(last.begin(), last.end());
  return last;
}

Status LiveTable::BeginRows(const ResultHeader& header) {
  header_ = header;
  rows_ = {};
  changes_ = 0;
  dirty_ = true;
  drawn_at_ns_ = Clock::Real().MonotonicNanos();
  return OkStatus();
}

Status LiveTable::Rows(const Batch& batch) {
  for (size_t row = 0; row < batch.rows(); ++row) {
    rows_.Apply(batch.kind(row), RowCells(batch, row, header_.time_zone));
  }
  changes_ += static_cast<int64_t>(batch.rows());
  dirty_ = dirty_ || batch.rows() > 0;
  // A query that ends at once needs no screen.
  if (IsDue()) Draw();
  return OkStatus();
}

void LiveTable::Idle() {
  if (dirty_ && (IsDue() || (!screen_.drawn() && changes_ > 0))) Draw();
}

bool LiveTable::IsDue() const {
  return Clock::Real().MonotonicNanos() - drawn_at_ns_ >= kRedrawNanos;
}

void LiveTable::Draw() {
  const size_t lines = screen_.size().lines;
  const size_t shown = lines > kFrameLines ? lines - kFrameLines : 1;
  std::string text =
      CollapseWhitespace(statement_) + "\n\n" + TableText(header_, rows_.Last(shown));
  text += CountText(static_cast<int64_t>(rows_.size()), "row");
  if (rows_.size() > shown) text += ", the last " + std::to_string(shown) + " shown";
  text += "; " + CountText(changes_, "change") + "; Ctrl-C ends the query\n";
  screen_.Draw(text);
  dirty_ = false;
  drawn_at_ns_ = Clock::Real().MonotonicNanos();
}

void LiveTable::EndRows() {
  screen_.Leave();
  if (rows_.size() > 0) out_ << TableText(header_, rows_.Last(kMostInTheEnd));
  out_ << CountText(static_cast<int64_t>(rows_.size()), "row");
  if (rows_.size() > kMostInTheEnd) out_ << ", the last " << kMostInTheEnd << " shown";
  out_ << std::endl;
}

}  // namespace weir
