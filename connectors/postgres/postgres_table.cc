#include "connectors/postgres/postgres_table.h"

#include <algorithm>
#include <set>

#include "common/base/nearest_name.h"

namespace weir {
namespace {

struct RealColumn {
  std::string name;
  PostgresType type;
  bool must_be_given = false;  // NOT NULL, no default, not generated
  bool generated = false;
};

struct Found {
  std::string oid, schema, name;
};

// Names are compared as written first and then without case, because unquoted names were folded.
StatusOr<Found> FindTable(PostgresConnection& connection, const PostgresOptions& options) {
  std::string schema, name = options.table_name;
  if (size_t dot = name.find('.'); dot != name.npos) {
    schema = name.substr(0, dot);
    name = name.substr(dot + 1);
  }
  std::string visible = schema.empty() ? "pg_table_is_visible(c.oid)"
                                       : "lower(n.nspname) = lower(" + QuoteSqlText(schema) + ")";
  std::string from =
      " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
      " WHERE c.relkind IN ('r', 'p', 'f') AND " +
      visible;
  ASSIGN_OR_RETURN(
      PostgresConnection::Rows rows,
      connection.Run("SELECT c.oid::text, n.nspname, c.relname" + from +
                         " AND lower(c.relname) = lower($1) ORDER BY c.relname = $1 DESC LIMIT 1",
                     {name}));
  if (!rows.empty()) return Found{*rows[0][0], *rows[0][1], *rows[0][2]};
  ASSIGN_OR_RETURN(rows, connection.Run("SELECT c.relname" + from +
                                        " AND n.nspname NOT IN ('pg_catalog', "
                                        "'information_schema') ORDER BY 1 LIMIT 1000"));
  std::vector<std::string> names;
  for (const PostgresConnection::Row& row : rows) names.push_back(*row[0]);
  return NotFoundError(options.Where() + "the table '" + options.table_name +
                       "' of 'table-name' does not exist" + DidYouMean(name, names));
}

StatusOr<std::vector<RealColumn>> ReadColumns(PostgresConnection& connection, const Found& table) {
  ASSIGN_OR_RETURN(
      PostgresConnection::Rows rows,
      connection.Run(
          "SELECT a.attname, coalesce(e.typname, t.typname),"
          " format_type(a.atttypid, a.atttypmod), format_type(a.atttypid, NULL),"
          " e.oid IS NOT NULL, coalesce(e.typtype, t.typtype) = 'e',"
          " a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',"
          " a.attgenerated <> '' OR a.attidentity = 'a'"
          " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
          " LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'"
          " WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
          {table.oid}));
  std::vector<RealColumn> columns;
  for (const PostgresConnection::Row& row : rows) {
    RealColumn column;
    column.name = *row[0];
    column.type = {.name = *row[1],
                   .declared = *row[2],
                   .sql = *row[3],
                   .array = *row[4] == "t",
                   .is_enum = *row[5] == "t"};
    // "character" without a length is character(1), and a cast to it cuts in silence.
    if (column.type.name == "bpchar") column.type.sql = column.type.array ? "bpchar[]" : "bpchar";
    column.must_be_given = *row[6] == "t";
    column.generated = *row[7] == "t";
    columns.push_back(std::move(column));
  }
  return columns;
}

const RealColumn* FindColumn(const std::vector<RealColumn>& columns, const std::string& name) {
  for (const RealColumn& column : columns) {
    if (column.name == name) return &column;
  }
  const RealColumn* found = nullptr;
  for (const RealColumn& column : columns) {
    bool same = std::equal(
        column.name.begin(), column.name.end(), name.begin(), name.end(),
        [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    if (same && found) return nullptr;  // two that differ in case: the name must be exact
    if (same) found = &column;
  }
  return found;
}

Status CheckKey(PostgresConnection& connection, const PostgresOptions& options, const Found& found,
                const PostgresTable& table) {
  ASSIGN_OR_RETURN(
      PostgresConnection::Rows rows,
      connection.Run("SELECT i.indexrelid::text, a.attname FROM pg_index i"
                     " JOIN pg_attribute a ON a.attrelid = i.indrelid AND"
                     " a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])"
                     " WHERE i.indrelid = $1::oid AND i.indisunique AND i.indimmediate AND"
                     " i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL",
                     {found.oid}));
  std::map<std::string, std::set<std::string>> indexes;
  for (const PostgresConnection::Row& row : rows) indexes[*row[0]].insert(*row[1]);
  std::set<std::string> key;
  std::string list;
  for (uint32_t column : table.key) {
    key.insert(table.columns[column].name);
    list += (list.empty() ? "" : ", ") + QuoteSqlName(table.columns[column].name);
  }
  for (const auto& [oid, columns] : indexes) {
    if (columns == key) return OkStatus();
  }
  return FailedPreconditionError(options.Where() + table.QualifiedName() +
                                 " has no primary key or unique index over (" + list +
                                 "), the primary key of the table in the script; make one: ALTER "
                                 "TABLE " +
                                 table.QualifiedName() + " ADD PRIMARY KEY (" + list + ")");
}

// "$1::bigint[], $2::text[]" for the columns given.
std::string UnnestParameters(const PostgresTable& table, const TableInfo& job,
                             const std::vector<uint32_t>& columns) {
  std::string out;
  for (size_t i = 0; i < columns.size(); ++i) {
    const PostgresType& type = table.columns[columns[i]].type;
    bool as_text = SentAsText((*job.schema)[columns[i]].type, type);
    out += (i ? ", $" : "$") + std::to_string(i + 1) + "::" + (as_text ? "text" : type.sql) + "[]";
  }
  return out;
}

// "c1, c2::jsonb"
std::string UnnestedCell(const PostgresTable& table, const TableInfo& job, uint32_t column,
                         size_t number) {
  const PostgresType& type = table.columns[column].type;
  std::string out = "r.c" + std::to_string(number);
  return SentAsText((*job.schema)[column].type, type) ? out + "::" + type.sql : out;
}

std::string Names(size_t count) {
  std::string out;
  for (size_t i = 1; i <= count; ++i) out += (i > 1 ? ", c" : "c") + std::to_string(i);
  return out;
}

void MakeStatements(const TableInfo& job, PostgresTable& table) {
  std::vector<uint32_t> all;
  std::string columns, cells, updates, key;
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    all.push_back(i);
    std::string name = QuoteSqlName(table.columns[i].name);
    columns += (i ? ", " : "") + name;
    cells += (i ? ", " : "") + UnnestedCell(table, job, i, i + 1);
    if (std::find(table.key.begin(), table.key.end(), i) != table.key.end()) continue;
    updates += (updates.empty() ? "" : ", ") + name + " = EXCLUDED." + name;
  }
  table.insert_sql = "INSERT INTO " + table.QualifiedName() + " (" + columns + ") SELECT " + cells +
                     " FROM unnest(" + UnnestParameters(table, job, all) + ") AS r(" +
                     Names(all.size()) + ")";
  if (table.key.empty()) return;
  std::string matches;
  for (size_t i = 0; i < table.key.size(); ++i) {
    std::string name = QuoteSqlName(table.columns[table.key[i]].name);
    key += (i ? ", " : "") + name;
    matches +=
        (i ? " AND t." : "t.") + name + " = " + UnnestedCell(table, job, table.key[i], i + 1);
  }
  table.insert_sql +=
      " ON CONFLICT (" + key + ") DO " + (updates.empty() ? "NOTHING" : "UPDATE SET " + updates);
  table.delete_sql = "DELETE FROM " + table.QualifiedName() + " AS t USING unnest(" +
                     UnnestParameters(table, job, table.key) + ") AS r(" + Names(table.key.size()) +
                     ") WHERE " + matches;
}

}  // namespace

StatusOr<PostgresTable> PostgresTable::Find(PostgresConnection& connection,
                                            const PostgresOptions& options,
                                            const TableInfo& table) {
  ASSIGN_OR_RETURN(Found found, FindTable(connection, options));
  ASSIGN_OR_RETURN(std::vector<RealColumn> real, ReadColumns(connection, found));
  PostgresTable out;
  out.schema = found.schema;
  out.name = found.name;
  std::vector<std::string> names;
  for (const RealColumn& column : real) names.push_back(column.name);
  std::string statement = "; the statement would be INSERT INTO " + out.QualifiedName() + " (";
  for (size_t i = 0; i < table.schema->size(); ++i) {
    statement += (i ? ", " : "") + (*table.schema)[i].name;
  }
  statement += ")";
  std::set<std::string> written;
  for (const Field& field : table.schema->fields()) {
    const RealColumn* column = FindColumn(real, field.name);
    std::string where = options.Where() + "column `" + field.name + "`";
    if (!column) {
      return NotFoundError(where + " is not a column of " + out.QualifiedName() +
                           DidYouMean(field.name, names) + statement);
    }
    if (!FitsPostgres(field.type, column->type)) {
      std::string better = SuggestPostgresType(field.type);
      return InvalidArgumentError(
          where + " is " + field.type.WithNullable(true).ToString() + ", but " +
          QuoteSqlName(column->name) + " of " + out.QualifiedName() + " is " +
          column->type.declared +
          (better.empty() ? " (PostgreSQL has no type for it)" : " (" + better + " would do)") +
          statement);
    }
    if (column->generated) {
      return InvalidArgumentError(where + " cannot be written: " + QuoteSqlName(column->name) +
                                  " of " + out.QualifiedName() + " is generated" + statement);
    }
    if (!written.insert(column->name).second) {
      return InvalidArgumentError(where + " and another one are both " +
                                  QuoteSqlName(column->name) + " of " + out.QualifiedName() +
                                  statement);
    }
    out.columns.push_back({column->name, column->type});
  }
  for (const RealColumn& column : real) {
    if (column.must_be_given && !written.contains(column.name)) {
      return InvalidArgumentError(options.Where() + "the column " + QuoteSqlName(column.name) +
                                  " of " + out.QualifiedName() +
                                  " is NOT NULL without a default, and the table in the script "
                                  "does not have it" +
                                  statement);
    }
  }
  out.key = table.primary_key;
  if (!out.key.empty()) RETURN_IF_ERROR(CheckKey(connection, options, found, out));
  MakeStatements(table, out);
  return out;
}

}  // namespace weir
