#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "client/result_printer.h"
#include "client/screen.h"
#include "client/table_printer.h"

namespace weir {

// What a changelog amounts to: rows are found by all of their cells, and an update takes the place
// of what it replaces.
class LiveRows {
 public:
  using Cells = std::vector<std::string>;
  // A row that was never added cannot be taken away: ignored.
  void Apply(RowKind kind, Cells cells);
  size_t size() const { return rows_.size(); }
  // The newest last.
  std::vector<const Cells*> Last(size_t most) const;

 private:
  std::map<uint64_t, Cells> rows_;  // by place, which rises
  std::multimap<Cells, uint64_t> places_;
  std::optional<uint64_t> freed_;  // of the last row that was taken away for an update
  uint64_t next_ = 0;
};

// Shows the rows of a query as a table on the whole screen, drawn anew while they change; what it
// came to stays when the query ends.
class LiveTable : public ResultPrinter {
 public:
  LiveTable(std::ostream& out, Screen::Measure measure) : out_(out), screen_(out, measure) {}

  void BeginStatement(std::string_view text) override { statement_ = text; }
  Status BeginRows(const ResultHeader& header) override;
  Status Rows(const Batch& batch) override;
  void Idle() override;
  void EndRows() override;
  void Failed(const Status&) override { screen_.Leave(); }

 private:
  bool IsDue() const;
  void Draw();

  std::ostream& out_;
  Screen screen_;
  std::string statement_;
  ResultHeader header_;
  LiveRows rows_;
  int64_t changes_ = 0;
  bool dirty_ = false;
  int64_t drawn_at_ns_ = 0;
};

}  // namespace weir
