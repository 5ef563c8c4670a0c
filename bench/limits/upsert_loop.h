#pragma once

#include <cstdint>
#include <string>

namespace weir::limits {

// Upserts `rows` rows (bigint key, timestamp, bigint, double) of as many keys with libpq, one
// `INSERT ... SELECT FROM unnest` of binary arrays per `batch` rows and transaction.
int64_t Upsert(const std::string& database, int64_t rows, int64_t batch);

}  // namespace weir::limits
