#pragma once

#include <string>
#include <vector>

#include "sql/logical_plan.h"

// By what an operator finds its state again when the script has changed.

namespace weir::sql {

// Whose state it is: "group(user_id):payments", the kind, the keys, the tables that are read. No
// projections, literals or parallelism; operators that are equal in it are told apart by their
// order.
std::string Uid(const std::string& kind, const std::vector<uint32_t>& keys, const Rel& rel);

// What an aggregate's state is about, for people and to compare: which rows by which keys in which
// windows, not what is computed of them. State is not taken over by an operator of another meaning.
// `time_zone`: in which windows of TIMESTAMP_LTZ are cut.
std::string MeaningOf(const Rel& aggregate, const std::string& time_zone);

// Added to the meaning of an operator that keeps whole rows: ", rows (word STRING, n INT)".
std::string KeptRowsText(const Schema& rows);

// Names an accumulator whatever else the query selects: "SUM(amount)".
std::string CallName(const AggregateCall& call, const Rel& input);

// Short, and other for other bytes; the same in every version.
std::string Digest(const std::string& bytes);

}  // namespace weir::sql
