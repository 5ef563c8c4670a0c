#include "operators/not_null_enforcer.h"

namespace weir {
namespace {

constexpr const char* kOption = "table.exec.sink.not-null-enforcer";

}  // namespace

StatusOr<NotNullEnforcer> NotNullEnforcer::Make(const std::string& where, const Schema& schema,
                                                const std::map<std::string, std::string>& config) {
  NotNullEnforcer enforcer;
  enforcer.where_ = where;
  if (auto it = config.find(kOption); it != config.end()) {
    if (it->second != "ERROR" && it->second != "DROP") {
      return InvalidArgumentError("'" + std::string(kOption) + "' is ERROR or DROP, not '" +
                                  it->second + "'");
    }
    enforcer.drop_ = it->second == "DROP";
  }
  for (size_t i = 0; i < schema.size(); ++i) {
    if (!schema[i].type.nullable()) enforcer.checked_.push_back({i, schema[i].name});
  }
  return enforcer;
}

StatusOr<Batch> NotNullEnforcer::Enforce(Batch batch) const {
  std::vector<bool> bad;  // rows; empty: none
  for (const Checked& checked : checked_) {
    const Column& column = *batch.column(checked.column);
    if (!column.may_have_nulls()) continue;
    for (size_t row = 0; row < batch.rows(); ++row) {
      if (!column.IsNull(row)) continue;
      if (!drop_) {
        return InvalidArgumentError(where_ + ": column `" + checked.name +
                                    "` is NOT NULL, and a row with NULL in it came ('" + kOption +
                                    "' = 'DROP' leaves such rows out)");
      }
      bad.resize(batch.rows());
      bad[row] = true;
    }
  }
  if (bad.empty()) return batch;
  std::vector<uint32_t> kept;
  for (size_t row = 0; row < bad.size(); ++row) {
    if (!bad[row]) kept.push_back(static_cast<uint32_t>(row));
  }
  return batch.Take(kept);
}

}  // namespace weir
