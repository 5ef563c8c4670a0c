#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/data/batch.h"
#include "common/data/time_zone.h"
#include "proto/plan.pb.h"

namespace weir {

enum class OutputFormat { kTable, kChangelog, kJson };

// What comes before the rows of one answer.
struct ResultHeader {
  SchemaPtr schema;
  std::string schema_text;  // with time attributes, as Flink prints it
  bool changes = false;     // rows may be other than inserts
  TimeZone time_zone;       // where TIMESTAMP_LTZ is read
};

// Shows the answers of a script's statements, one after the other. Everything given is on the
// stream when a call returns, but what Idle says.
class ResultPrinter {
 public:
  virtual ~ResultPrinter() = default;
  virtual void BeginStatement(std::string_view text) = 0;
  virtual Status BeginRows(const ResultHeader& header) = 0;
  virtual Status Rows(const Batch& batch) = 0;
  // No more rows for now: what was kept back to lay out a table is shown.
  virtual void Idle() = 0;
  virtual void EndRows() = 0;
  // The statement failed. Where people read, the caller tells them on standard error.
  virtual void Failed(const Status& status) = 0;
};

//   table      for people: an aligned table; a column `op` where rows are changed or deleted
//   changelog  exact: the statement, its schema, a line a row (client/changelog_text.h), errors
//   json       for programs: a line a row: {"statement":1,"op":"+I","row":{"a":1}}
// The stream is borrowed.
std::unique_ptr<ResultPrinter> MakeResultPrinter(OutputFormat format, std::ostream& out);

// Whether a job's rows may be other than inserts.
bool MakesChanges(const plan::JobGraph& graph);

}  // namespace weir
