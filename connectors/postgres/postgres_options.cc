#include "connectors/postgres/postgres_options.h"

#include <algorithm>
#include <array>

#include "common/base/logging.h"
#include "connectors/table_options.h"

namespace weir {
namespace {

constexpr std::string_view kExpected =
    "; expected is 'jdbc:postgresql://host:port/database?parameters'";

// "%40" and the like.
std::string DecodePercent(std::string_view text) {
  auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = static_cast<char>(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
        digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

void SetParameter(const std::string& name, const std::string& value,
                  std::map<std::string, std::string>& out) {
  // The Java driver's name, libpq's name.
  static constexpr std::array<std::pair<const char*, const char*>, 12> kNames = {{
      {"user", "user"},
      {"password", "password"},
      {"sslmode", "sslmode"},
      {"sslrootcert", "sslrootcert"},
      {"sslcert", "sslcert"},
      {"sslkey", "sslkey"},
      {"sslpassword", "sslpassword"},
      {"connectTimeout", "connect_timeout"},
      {"loginTimeout", "connect_timeout"},
      {"ApplicationName", "application_name"},
      {"options", "options"},
      {"targetServerType", "target_session_attrs"},
  }};
  if (name == "ssl") {
    if (value != "false" && !out.contains("sslmode")) out["sslmode"] = "verify-full";
    return;
  }
  if (name == "currentSchema") {
    out["options"] += " -c search_path=" + value;
    return;
  }
  if (name == "targetServerType") {
    if (value == "primary" || value == "master") out["target_session_attrs"] = "read-write";
    return;
  }
  for (const auto& [java, libpq] : kNames) {
    if (name == java) {
      out[libpq] = value;
      return;
    }
  }
  LOG(kInfo) << "the parameter '" << name << "' of a JDBC URL means nothing to libpq: left out";
}

// "h1:5432,h2" into lists of hosts and ports.
Status SetHosts(std::string_view text, std::map<std::string, std::string>& out) {
  std::string hosts, ports;
  // Java's driver knows no user there; taken for a host, it would be shown with its password.
  if (text.find('@') != text.npos) {
    return InvalidArgumentError(
        "has a user before its host: give 'username' and 'password' instead");
  }
  while (true) {
    size_t comma = text.find(',');
    std::string_view one = text.substr(0, comma);
    size_t bracket = one.rfind(']');  // of an IPv6 address
    size_t colon = one.rfind(':');
    bool has_port = colon != one.npos && (bracket == one.npos || colon > bracket);
    std::string_view host = has_port ? one.substr(0, colon) : one;
    std::string_view port = has_port ? one.substr(colon + 1) : "5432";
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    bool number = !port.empty() && std::all_of(port.begin(), port.end(),
                                               [](char c) { return c >= '0' && c <= '9'; });
    if (!number) {
      return InvalidArgumentError("has the port '" + std::string(port) + "'" +
                                  std::string(kExpected));
    }
    if (host.empty()) host = "localhost";
    hosts += (hosts.empty() ? "" : ",") + std::string(host);
    ports += (ports.empty() ? "" : ",") + std::string(port);
    if (comma == text.npos) break;
    text.remove_prefix(comma + 1);
  }
  out["host"] = hosts;
  out["port"] = ports;
  return OkStatus();
}

}  // namespace

StatusOr<std::map<std::string, std::string>> ParsePostgresUrl(const std::string& url) {
  constexpr std::string_view kScheme = "jdbc:postgresql:";
  if (!url.starts_with(kScheme)) {
    return InvalidArgumentError("is not a PostgreSQL URL, the only database that can be used" +
                                std::string(kExpected));
  }
  std::string_view rest = std::string_view(url).substr(kScheme.size());
  std::map<std::string, std::string> out;
  std::string_view query;
  if (size_t mark = rest.find('?'); mark != rest.npos) {
    query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  std::string_view hosts;
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    size_t slash = std::min(rest.find('/'), rest.size());
    hosts = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  RETURN_IF_ERROR(SetHosts(hosts, out));
  if (!rest.empty()) out["dbname"] = DecodePercent(rest);
  while (!query.empty()) {
    size_t end = std::min(query.find('&'), query.size());
    std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    size_t equals = std::min(pair.find('='), pair.size());
    std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    SetParameter(DecodePercent(pair.substr(0, equals)), DecodePercent(value), out);
  }
  return out;
}

std::string PostgresOptions::Where() const {
  return "table `" + table + "`: PostgreSQL at " + address + ": ";
}

StatusOr<PostgresOptions> PostgresOptions::Read(const TableInfo& table) {
  TableOptions options(table);
  PostgresOptions out;
  out.table = table.name;
  out.table_name = options.Required("table-name");
  std::string url = options.Required("url");
  StatusOr<std::map<std::string, std::string>> parameters = ParsePostgresUrl(url);
  if (!parameters.ok() && !url.empty()) {
    // The URL may hold a password: it is not repeated.
    options.FailWith(InvalidArgumentError("table `" + table.name + "`: option 'url' " +
                                          parameters.status().message()));
  }
  if (parameters.ok()) out.parameters = std::move(*parameters);
  if (auto user = options.String("username")) out.parameters["user"] = *user;
  if (auto password = options.String("password")) out.parameters["password"] = *password;
  if (options.Has("driver")) {
    LOG(kInfo) << "table `" << table.name << "`: the option 'driver' is not needed: PostgreSQL is "
               << "reached without one";
  }
  options.OneOf("compatible-mode", "", {"", "postgres"});
  out.flush_rows = options.Integer("sink.buffer-flush.max-rows", 100, 0);
  out.flush_interval = options.Duration("sink.buffer-flush.interval", Duration(1000));
  out.exactly_once = options.OneOf("sink.delivery-guarantee", "at-least-once",
                                   {"at-least-once", "exactly-once"}) == "exactly-once";
  out.max_retries = options.Integer("sink.max-retries", 3, 0, 100);
  options.Duration("connection.max-retry-timeout", Duration(60000));
  // A table that is read elsewhere carries these, too.
  for (const char* key :
       {"scan.partition.column", "scan.partition.num", "scan.partition.lower-bound",
        "scan.partition.upper-bound", "scan.fetch-size", "scan.auto-commit", "lookup.cache",
        "lookup.cache.max-rows", "lookup.cache.ttl", "lookup.partial-cache.max-rows",
        "lookup.partial-cache.expire-after-write", "lookup.partial-cache.expire-after-access",
        "lookup.partial-cache.cache-missing-key", "lookup.max-retries", "filter.handling.policy"}) {
    options.Accept(key);
  }
  RETURN_IF_ERROR(options.Finish());
  auto parameter = [&](const char* key) {
    auto found = out.parameters.find(key);
    return found == out.parameters.end() ? std::string() : found->second;
  };
  out.address = parameter("host") + ":" + parameter("port") + "/" +
                (parameter("dbname").empty() ? parameter("user") : parameter("dbname"));
  return out;
}

}  // namespace weir
