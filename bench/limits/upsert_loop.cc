#include "bench/limits/upsert_loop.h"

#include <libpq-fe.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "bench/limits/measure.h"

namespace weir::limits {
namespace {

constexpr uint32_t kInt8 = 20, kFloat8 = 701, kTimestamp = 1114;

// A one-dimensional array of 8-byte elements in PostgreSQL's binary form.
class BinaryArray {
 public:
  explicit BinaryArray(uint32_t element) : element_(element) {}
  void Begin(int64_t size) {
    bytes_.clear();
    for (uint32_t head : {1u, 0u, element_, static_cast<uint32_t>(size), 1u}) Put(head);
  }
  void Add(uint64_t value) {
    Put(8u);
    Put(static_cast<uint32_t>(value >> 32));
    Put(static_cast<uint32_t>(value));
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void Put(uint32_t value) {
    value = __builtin_bswap32(value);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  const uint32_t element_;
  std::string bytes_;
};

struct ResultClearer {
  void operator()(PGresult* result) const { PQclear(result); }
};

void Check(PGconn* connection, PGresult* result) {
  std::unique_ptr<PGresult, ResultClearer> owned(result);
  ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Die(PQerrorMessage(connection));
}

}  // namespace

int64_t Upsert(const std::string& database, int64_t rows, int64_t batch) {
  PGconn* connection = PQconnectdb(database.c_str());
  if (PQstatus(connection) != CONNECTION_OK) Die(PQerrorMessage(connection));
  Check(connection, PQexec(connection,
                           "CREATE TABLE IF NOT EXISTS limit_rows (window_start timestamp(3), "
                           "key bigint, events bigint, total double precision, "
                           "PRIMARY KEY (window_start, key))"));
  Check(connection, PQexec(connection, "TRUNCATE limit_rows"));
  Check(connection,
        PQprepare(connection, "upsert",
                  "INSERT INTO limit_rows SELECT * FROM unnest($1::timestamp[], $2::bigint[], "
                  "$3::bigint[], $4::float8[]) ON CONFLICT (window_start, key) DO UPDATE SET "
                  "events = excluded.events, total = excluded.total",
                  4, nullptr));
  BinaryArray arrays[] = {BinaryArray(kTimestamp), BinaryArray(kInt8), BinaryArray(kInt8),
                          BinaryArray(kFloat8)};
  for (int64_t begin = 0; begin < rows; begin += batch) {
    const int64_t n = std::min(batch, rows - begin);
    for (BinaryArray& array : arrays) array.Begin(n);
    for (int64_t i = begin; i < begin + n; ++i) {
      arrays[0].Add(0);
      arrays[1].Add(static_cast<uint64_t>(i));
      arrays[2].Add(static_cast<uint64_t>(i % 7));
      arrays[3].Add(std::bit_cast<uint64_t>(static_cast<double>(i) * 0.01));
    }
    const char* values[4];
    int lengths[4];
    const int formats[4] = {1, 1, 1, 1};
    for (int a = 0; a < 4; ++a) {
      values[a] = arrays[a].bytes().data();
      lengths[a] = static_cast<int>(arrays[a].bytes().size());
    }
    Check(connection, PQexecPrepared(connection, "upsert", 4, values, lengths, formats, 1));
  }
  PQfinish(connection);
  return rows;
}

}  // namespace weir::limits
