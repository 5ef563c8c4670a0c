#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/data/column.h"

namespace weir {

// A type of a PostgreSQL column, from its catalog.
struct PostgresType {
  std::string name;      // pg_type.typname, of an array its element's: "int4", "text", "numeric"
  std::string declared;  // with length or precision, for people: "numeric(10,2)", "integer[]"
  std::string sql;       // for casts, without length or precision: "numeric", "integer[]"
  bool array = false;
  bool is_enum = false;
};

// Whether cells of `type` can be written into a column of `to` without PostgreSQL refusing all of
// them. Numbers go into other number types, where a cell that does not fit is refused by the
// server; nothing is cut silently.
bool FitsPostgres(const DataType& type, const PostgresType& to);

// The types of PostgreSQL that suit best, for "use ... instead".
std::string SuggestPostgresType(const DataType& type);

// Whether cells go to the server as text and are cast there ($1::text[], then c::jsonb): arrays,
// and types that have no array of their own to send.
bool SentAsText(const DataType& type, const PostgresType& to);

// Appends the cell as an element of an array literal: {1,NULL,"a \"b\""}. kInvalidArgument for
// text with a NUL character, which PostgreSQL cannot store.
Status AppendArrayElement(const Column& column, size_t row, std::string& out);

}  // namespace weir
