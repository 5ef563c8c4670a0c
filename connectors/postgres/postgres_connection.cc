#include "connectors/postgres/postgres_connection.h"

#include <libpq-fe.h>

#include <array>

namespace weir {
namespace {

std::string Quoted(const std::string& text, char quote) {
  std::string out(1, quote);
  for (char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

// libpq ends its messages with line ends and may put several lines.
std::string OneLine(const char* message) {
  std::string out;
  for (const char* c = message; *c; ++c) {
    if (*c == '\n' || *c == '\t') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += *c;
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

Status ConnectError(const PostgresOptions& options, const std::string& cause) {
  std::string where = "table `" + options.table + "`: cannot connect to PostgreSQL at " +
                      options.address + ": " + cause;
  auto has = [&](const char* part) { return cause.find(part) != std::string::npos; };
  if (has("password") || has("no pg_hba.conf entry") || has("role")) {
    return UnauthenticatedError(where + "; check 'username' and 'password'");
  }
  if (has("does not exist")) return NotFoundError(where + "; check the database in 'url'");
  return UnavailableError(where + "; is the server running, and is 'url' right?");
}

}  // namespace

std::string QuoteSqlName(const std::string& name) { return Quoted(name, '"'); }
std::string QuoteSqlText(const std::string& text) { return Quoted(text, '\''); }

StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(
    const PostgresOptions& options) {
  std::map<std::string, std::string> parameters = {
      {"application_name", "weir"},
      {"connect_timeout", "10"},
      // A server that vanished is noticed within half a minute, not after hours.
      {"tcp_user_timeout", "30000"},
      {"keepalives_idle", "10"},
      {"keepalives_interval", "5"},
      {"keepalives_count", "3"},
  };
  for (const auto& [key, value] : options.parameters) parameters[key] = value;
  parameters["client_encoding"] = "UTF8";
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : parameters) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  std::unique_ptr<PostgresConnection> out(new PostgresConnection(options));
  out->connection_ = PQconnectdbParams(keys.data(), values.data(), 0);
  if (PQstatus(out->connection_) != CONNECTION_OK) {
    return ConnectError(options, OneLine(PQerrorMessage(out->connection_)));
  }
  // Notices ("relation exists, skipping") are no news.
  PQsetNoticeProcessor(
      out->connection_, [](void*, const char*) {}, nullptr);
  RETURN_IF_ERROR(
      out->Run("SET TIME ZONE 'UTC'; SET DateStyle = 'ISO'; SET client_min_messages = warning")
          .status());
  return out;
}

PostgresConnection::~PostgresConnection() {
  if (connection_) PQfinish(connection_);
}

bool PostgresConnection::broken() const { return PQstatus(connection_) != CONNECTION_OK; }

bool PostgresConnection::last_error_is_transient() const {
  if (broken() || sql_state_.empty()) return true;
  static constexpr std::array<std::string_view, 3> kClasses = {
      "08",  // connection
      "53",  // insufficient resources
      "57",  // operator intervention: shutdown, cancelled, not yet started
  };
  for (std::string_view prefix : kClasses) {
    if (sql_state_.starts_with(prefix)) return true;
  }
  return sql_state_ == "40001" || sql_state_ == "40P01" || sql_state_ == "55P03";
}

StatusOr<PostgresConnection::Rows> PostgresConnection::Run(const std::string& sql) {
  return Collect(PQexec(connection_, sql.c_str()), nullptr);
}

StatusOr<PostgresConnection::Rows> PostgresConnection::Run(
    const std::string& sql, const std::vector<std::string>& parameters, int64_t* affected) {
  std::vector<const char*> values;
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  return Collect(PQexecParams(connection_, sql.c_str(), static_cast<int>(values.size()), nullptr,
                              values.data(), nullptr, nullptr, 0),
                 affected);
}

Status PostgresConnection::Prepare(const std::string& name, const std::string& sql) {
  return Collect(PQprepare(connection_, name.c_str(), sql.c_str(), 0, nullptr), nullptr).status();
}

StatusOr<PostgresConnection::Rows> PostgresConnection::RunPrepared(
    const std::string& name, const std::vector<std::string>& parameters) {
  std::vector<const char*> values;
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  return Collect(PQexecPrepared(connection_, name.c_str(), static_cast<int>(values.size()),
                                values.data(), nullptr, nullptr, 0),
                 nullptr);
}

StatusOr<PostgresConnection::Rows> PostgresConnection::Collect(pg_result* raw, int64_t* affected) {
  std::unique_ptr<pg_result, decltype(&PQclear)> result(raw, PQclear);
  sql_state_.clear();
  ExecStatusType status = result ? PQresultStatus(result.get()) : PGRES_FATAL_ERROR;
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    const char* state = result ? PQresultErrorField(result.get(), PG_DIAG_SQLSTATE) : nullptr;
    if (state) sql_state_ = state;
    std::string message =
        "table `" + table_ + "`: PostgreSQL at " + address_ + ": " +
        OneLine(result && *PQresultErrorMessage(result.get()) ? PQresultErrorMessage(result.get())
                                                              : PQerrorMessage(connection_));
    if (last_error_is_transient()) return UnavailableError(std::move(message));
    if (sql_state_ == "42501") return PermissionDeniedError(std::move(message));
    return FailedPreconditionError(std::move(message));
  }
  if (affected) *affected = std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
  Rows rows;
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    Row& row = rows.emplace_back();
    for (int k = 0; k < PQnfields(result.get()); ++k) {
      if (PQgetisnull(result.get(), i, k)) {
        row.emplace_back();
      } else {
        row.emplace_back(PQgetvalue(result.get(), i, k));
      }
    }
  }
  return rows;
}

}  // namespace weir
