#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/data/data_type.h"
#include "sql/ast_statements.h"
#include "sql/diagnostics.h"

// The names of one session: what CREATE, ALTER, DROP and USE change and queries look up. A table is
// a schema, options, a watermark and a key; no connector is made before planning.

namespace weir::sql {

struct CatalogColumn {
  enum class Kind { kPhysical, kComputed, kMetadata };
  std::string name;
  Kind kind = Kind::kPhysical;
  DataType type;             // of a computed column: what its expression gives
  ast::ExprPtr expr;         // kComputed
  std::string metadata_key;  // kMetadata: FROM '...' or the name
  bool is_virtual = false;   // kMetadata
  std::optional<std::string> comment;
  SourceSpan span;
};

struct CatalogWatermark {
  std::string column;
  ast::ExprPtr expr;
  DataType type;  // of the expression
};

struct CatalogTable {
  std::string catalog, database, name;
  std::vector<CatalogColumn> columns;
  std::optional<CatalogWatermark> watermark;
  std::vector<std::string> primary_key;
  std::vector<std::string> partition_keys;
  std::map<std::string, std::string> options;
  std::map<std::string, SourceSpan> option_spans;  // of the keys, for messages
  std::optional<std::string> comment;
  bool temporary = false;

  const CatalogColumn* FindColumn(std::string_view column) const;
};

struct CatalogView {
  std::string catalog, database, name;
  std::vector<std::string> columns;  // empty: the query's own
  ast::QueryPtr query;
  std::string text;  // of the query, normalised
  std::optional<std::string> comment;
  bool temporary = false;
};

using CatalogObject = std::variant<CatalogTable, CatalogView>;

class Catalog {
 public:
  Catalog();

  // By `t`, `db.t` or `catalog.db.t`, completed by what USE says; null when there is none. The
  // pointer is good until the next change.
  const CatalogObject* Find(const std::vector<std::string>& name) const;
  const CatalogObject* Find(const ast::Name& name) const;
  // Names of the current database, for SHOW and for "did you mean".
  std::vector<std::string> TableNames() const;
  std::vector<std::string> ViewNames() const;

  const std::string& current_catalog() const { return current_catalog_; }
  const std::string& current_database() const { return current_database_; }

  // Changes; errors as Flink words their conditions (exists already, does not exist).
  SqlStatus Add(const ast::Name& name, CatalogObject object, bool or_replace, bool if_not_exists);
  SqlStatus Drop(const ast::Name& name, bool table, bool if_exists);
  SqlStatus Replace(const ast::Name& name, CatalogObject object);
  SqlStatus Rename(const ast::Name& from, const ast::Name& to);
  SqlStatus CreateDatabase(const ast::Name& name, bool if_not_exists);
  SqlStatus DropDatabase(const ast::Name& name, bool if_exists, bool cascade);
  SqlStatus CreateCatalog(const ast::Identifier& name, bool if_not_exists);
  SqlStatus UseCatalog(const ast::Identifier& name);
  SqlStatus UseDatabase(const ast::Name& name);
  std::vector<std::string> Catalogs() const;
  std::vector<std::string> Databases() const;

 private:
  using Key = std::vector<std::string>;  // catalog, database, name
  Key Complete(const std::vector<std::string>& name) const;

  std::string current_catalog_ = "default_catalog";
  std::string current_database_ = "default_database";
  std::map<std::string, std::map<std::string, std::map<std::string, CatalogObject>>> objects_;
};

}  // namespace weir::sql
