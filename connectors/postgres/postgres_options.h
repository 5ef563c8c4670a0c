#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/base/time.h"
#include "connectors/connector.h"

namespace weir {

// The options of a 'jdbc' table.
struct PostgresOptions {
  std::string table;       // of the job, for messages
  std::string table_name;  // 'table-name': "sales" or "public.sales"
  // libpq's connection parameters, from the URL and the options.
  std::map<std::string, std::string> parameters;
  std::string address;            // "host:port/database", for messages
  int64_t flush_rows = 100;       // 0: not by rows
  Duration flush_interval{1000};  // 0: not by time
  int64_t max_retries = 3;
  bool exactly_once = false;  // 'sink.delivery-guarantee'

  // "table `t`: PostgreSQL at host:port/database: ", the beginning of messages.
  std::string Where() const;

  static StatusOr<PostgresOptions> Read(const TableInfo& table);
};

// "jdbc:postgresql://host:port/database?user=u&sslmode=require" as libpq's parameters. Parameters
// of the Java driver that have no meaning here are left out.
StatusOr<std::map<std::string, std::string>> ParsePostgresUrl(const std::string& url);

}  // namespace weir
