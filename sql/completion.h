#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sql/catalog.h"

// What may stand at the cursor, for prompts and editors.

namespace weir::sql {

struct Completion {
  size_t begin = 0;                // of the word before the cursor
  std::vector<std::string> words;  // that it may become; the likeliest kind first, each sorted
};

// `before`: a statement up to the cursor. Names come from the catalog, columns from the tables that
// the statement names, from all before it names one; within a string or a comment nothing is
// offered. Never fails; pure.
Completion Complete(const Catalog& catalog, std::string_view before);

}  // namespace weir::sql
