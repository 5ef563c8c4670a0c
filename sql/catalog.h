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
  std::string primary_key_name;  // PK_a_b unless CONSTRAINT names it
  std::vector<std::string> partition_keys;
  std::map<std::string, std::string> options;
  std::map<std::string, SourceSpan> option_spans;  // of the keys, for messages
  std::optional<std::string> comment;
  bool temporary = false;

  const CatalogColumn* FindColumn(std::string_view column) const;
};

// What USE says: completes the names that lack a catalog or a database.
struct CatalogPath {
  std::string catalog, database;
};

struct CatalogView {
  std::string catalog, database, name;
  CatalogPath base;                  // of the names in the query: what USE said when it was made
  std::vector<std::string> columns;  // empty: the query's own
  ast::QueryPtr query;
  std::string text;  // of the query, normalised
  std::optional<std::string> comment;
  bool temporary = false;
};

using CatalogObject = std::variant<CatalogTable, CatalogView>;

// Temporary objects hide permanent ones of the same name.
class Catalog {
 public:
  Catalog();

  // By `t`, `db.t` or `catalog.db.t`, completed by what USE says; null when there is none. The
  // pointer is good until the next change.
  const CatalogObject* Find(const std::vector<std::string>& name) const;
  const CatalogObject* Find(const ast::Name& name) const;
  const CatalogObject* Find(const ast::Name& name, const CatalogPath& base) const;
  // The permanent one, also where a temporary one hides it.
  const CatalogObject* FindPermanent(const ast::Name& name) const;
  // For SHOW and for "did you mean", sorted: tables and views, as SHOW TABLES has them; views. Of
  // the current database unless another is named, which must exist.
  std::vector<std::string> TableNames() const;
  std::vector<std::string> ViewNames() const;
  SqlResult<std::vector<std::string>> TableNames(const ast::Name& database) const;
  SqlResult<std::vector<std::string>> ViewNames(const ast::Name& database) const;

  const std::string& current_catalog() const { return current_.catalog; }
  const std::string& current_database() const { return current_.database; }
  const CatalogPath& current() const { return current_; }
  // catalog, database and name, each completed.
  std::vector<std::string> Complete(const ast::Name& name) const;

  // Changes; errors are worded as Flink's, with the nearest name as hint. Objects know by
  // `temporary` where they belong; their names are filled in here. True: something changed.
  SqlResult<bool> Add(const ast::Name& name, CatalogObject object, bool or_replace,
                      bool if_not_exists);
  SqlStatus Drop(const ast::Name& name, bool table, bool temporary, bool if_exists);
  // Of permanent objects.
  SqlStatus Replace(const ast::Name& name, CatalogObject object);
  SqlStatus Rename(const ast::Name& from, const ast::Name& to);
  SqlStatus CreateDatabase(const ast::Name& name, bool if_not_exists);
  SqlStatus DropDatabase(const ast::Name& name, bool if_exists, bool cascade);
  SqlStatus CheckDatabase(const ast::Name& name) const;  // that it exists
  SqlStatus CreateCatalog(const ast::Identifier& name, bool if_not_exists);
  SqlStatus DropCatalog(const ast::Name& name, bool if_exists);
  SqlStatus UseCatalog(const ast::Identifier& name);
  SqlStatus UseDatabase(const ast::Name& name);
  std::vector<std::string> Catalogs() const;
  std::vector<std::string> Databases() const;  // of the current catalog
  SqlResult<std::vector<std::string>> Databases(const ast::Name& catalog) const;
  // From now on texts are other ones: places of columns and options of tables mean nothing.
  void ForgetPlaces();

 private:
  struct Slot {
    std::optional<CatalogObject> permanent;
    std::optional<CatalogObject> temporary;
    const CatalogObject* visible() const;
  };
  using Database = std::map<std::string, Slot>;
  using Key = std::vector<std::string>;  // catalog, database, name

  static Key Complete(const std::vector<std::string>& name, const CatalogPath& base);
  const Slot* FindSlot(const Key& key) const;
  // The database where `key` belongs; the error says what of it does not exist.
  SqlResult<Database*> DatabaseFor(const Key& key, const SourceSpan& span);
  SqlResult<const Database*> FindDatabase(const ast::Name& name) const;
  static std::vector<std::string> Names(const Database& database, bool views_only);

  CatalogPath current_{"default_catalog", "default_database"};
  std::map<std::string, std::map<std::string, Database>> catalogs_;
  // Per catalog: the database that USE CATALOG begins with.
  std::map<std::string, std::string> default_databases_;
};

// "`a`.`b`.`c`"
std::string QuotedPath(const std::vector<std::string>& key);

}  // namespace weir::sql
