#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/data/batch.h"

namespace weir {

// Keeps NULL out of the columns that are NOT NULL where rows leave a job: expressions can give one
// though their type excludes it (a DECIMAL that overflows), and a column of the table may be
// stricter than the query. 'table.exec.sink.not-null-enforcer' says what happens to such a row:
// ERROR fails the job, DROP leaves the row out.
class NotNullEnforcer {
 public:
  // `where` names the target in messages: "sink orders". The value of the option is checked.
  static StatusOr<NotNullEnforcer> Make(const std::string& where, const Schema& schema,
                                        const std::map<std::string, std::string>& config);

  // What is left of the batch; its columns are the schema's.
  StatusOr<Batch> Enforce(Batch batch) const;

 private:
  struct Checked {
    size_t column;
    std::string name;
  };

  std::string where_;
  std::vector<Checked> checked_;
  bool drop_ = false;
};

}  // namespace weir
