#pragma once

#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/postgres/postgres_connection.h"
#include "connectors/postgres/postgres_options.h"
#include "connectors/postgres/postgres_types.h"

namespace weir {

// The real table behind a sink, matched with the job's, and the statements that write it.
struct PostgresTable {
  std::string schema, name;
  struct Column {
    std::string name;  // as the database spells it
    PostgresType type;
  };
  std::vector<Column> columns;  // one for each column of the job's table
  std::vector<uint32_t> key;    // indices into columns; empty: rows are appended
  std::string insert_sql;       // $1, $2, ...: an array for each column
  std::string delete_sql;       // the same for each key column; empty without a key

  // Looks the table up and checks it against the job's: that it exists, each column by name (as
  // PostgreSQL folds names, if it is not there as written), the types, a unique index over the
  // key, no column left out that must have a value.
  static StatusOr<PostgresTable> Find(PostgresConnection& connection,
                                      const PostgresOptions& options, const TableInfo& table);

  std::string QualifiedName() const { return QuoteSqlName(schema) + "." + QuoteSqlName(name); }
};

}  // namespace weir
