#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "connectors/postgres/postgres_options.h"

struct pg_conn;
struct pg_result;

namespace weir {

// One session with a PostgreSQL server. Every call blocks. Used by one thread at a time.
class PostgresConnection {
 public:
  // Errors name host, port, the cause and what to do. The session speaks UTF-8 and UTC.
  static StatusOr<std::unique_ptr<PostgresConnection>> Open(const PostgresOptions& options);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  // The rows of the last statement's result as texts.
  using Row = std::vector<std::optional<std::string>>;
  using Rows = std::vector<Row>;

  // One or several statements without parameters.
  StatusOr<Rows> Run(const std::string& sql);
  // `affected`, if given: how many rows the statement changed.
  StatusOr<Rows> Run(const std::string& sql, const std::vector<std::string>& parameters,
                     int64_t* affected = nullptr);
  Status Prepare(const std::string& name, const std::string& sql);
  StatusOr<Rows> RunPrepared(const std::string& name, const std::vector<std::string>& parameters);

  // The SQLSTATE of the last error; "" when the connection broke.
  const std::string& sql_state() const { return sql_state_; }
  // Whether doing the last failed transaction again may help: the connection broke, the server
  // shuts down or lacks resources, a deadlock, a serialization failure.
  bool last_error_is_transient() const;
  bool broken() const;

 private:
  explicit PostgresConnection(const PostgresOptions& options)
      : table_(options.table), address_(options.address) {}
  StatusOr<Rows> Collect(pg_result* result, int64_t* affected);

  const std::string table_;
  const std::string address_;
  pg_conn* connection_ = nullptr;
  std::string sql_state_;
};

// A name between double quotes.
std::string QuoteSqlName(const std::string& name);
// A text between single quotes.
std::string QuoteSqlText(const std::string& text);

}  // namespace weir
