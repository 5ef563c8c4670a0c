#include "sql/catalog.h"

namespace weir::sql {
namespace {

constexpr const char* kDatabaseOfNewCatalogs = "default";

std::vector<std::string> Texts(const ast::Name& name) {
  std::vector<std::string> out;
  for (const ast::Identifier& part : name.parts) out.push_back(part.text);
  return out;
}

std::string PlainPath(const std::vector<std::string>& key) {
  std::string out;
  for (const std::string& part : key) out += (out.empty() ? "" : ".") + part;
  return out;
}

SqlError NotFound(std::string message, const SourceSpan& span, std::string hint = "") {
  return SqlError{StatusCode::kNotFound, std::move(message), span, std::move(hint)};
}

SqlError Exists(std::string message, const SourceSpan& span) {
  return SqlError{StatusCode::kAlreadyExists, std::move(message), span, ""};
}

template <class Map>
std::vector<std::string> KeysOf(const Map& map) {
  std::vector<std::string> out;
  for (const auto& [key, value] : map) out.push_back(key);
  return out;
}

bool IsTable(const CatalogObject& object) { return std::holds_alternative<CatalogTable>(object); }

bool IsTemporary(const CatalogObject& object) {
  return std::visit([](const auto& one) { return one.temporary; }, object);
}

void SetName(CatalogObject& object, const std::vector<std::string>& key) {
  std::visit(
      [&](auto& one) {
        one.catalog = key[0];
        one.database = key[1];
        one.name = key[2];
      },
      object);
}

}  // namespace

std::string QuotedPath(const std::vector<std::string>& key) {
  std::string out;
  for (const std::string& part : key) {
    if (!out.empty()) out += '.';
    out += QuoteIdentifier(part);
  }
  return out;
}

const CatalogColumn* CatalogTable::FindColumn(std::string_view column) const {
  for (const CatalogColumn& one : columns) {
    if (one.name == column) return &one;
  }
  return nullptr;
}

Catalog::Catalog() {
  catalogs_[current_.catalog][current_.database];
  default_databases_[current_.catalog] = current_.database;
}

// ---------------------------------------------------------------------------------------- looking

const CatalogObject* Catalog::Slot::visible() const {
  if (temporary) return &*temporary;
  return permanent ? &*permanent : nullptr;
}

Catalog::Key Catalog::Complete(const std::vector<std::string>& name, const CatalogPath& base) {
  if (name.size() >= 3) return name;
  if (name.size() == 2) return {base.catalog, name[0], name[1]};
  return {base.catalog, base.database, name.empty() ? "" : name[0]};
}

Catalog::Key Catalog::Complete(const ast::Name& name) const {
  return Complete(Texts(name), current_);
}

const Catalog::Slot* Catalog::FindSlot(const Key& key) const {
  if (key.size() != 3) return nullptr;
  auto catalog = catalogs_.find(key[0]);
  if (catalog == catalogs_.end()) return nullptr;
  auto database = catalog->second.find(key[1]);
  if (database == catalog->second.end()) return nullptr;
  auto slot = database->second.find(key[2]);
  return slot == database->second.end() ? nullptr : &slot->second;
}

const CatalogObject* Catalog::Find(const std::vector<std::string>& name) const {
  const Slot* slot = FindSlot(Complete(name, current_));
  return slot == nullptr ? nullptr : slot->visible();
}

const CatalogObject* Catalog::Find(const ast::Name& name) const { return Find(name, current_); }

const CatalogObject* Catalog::Find(const ast::Name& name, const CatalogPath& base) const {
  const Slot* slot = FindSlot(Complete(Texts(name), base));
  return slot == nullptr ? nullptr : slot->visible();
}

const CatalogObject* Catalog::FindPermanent(const ast::Name& name) const {
  const Slot* slot = FindSlot(Complete(name));
  return slot != nullptr && slot->permanent ? &*slot->permanent : nullptr;
}

std::vector<std::string> Catalog::Names(const Database& database, bool views_only) {
  std::vector<std::string> out;
  for (const auto& [name, slot] : database) {
    if (!views_only || !IsTable(*slot.visible())) out.push_back(name);
  }
  return out;
}

std::vector<std::string> Catalog::TableNames() const {
  return Names(catalogs_.at(current_.catalog).at(current_.database), /*views_only=*/false);
}

std::vector<std::string> Catalog::ViewNames() const {
  return Names(catalogs_.at(current_.catalog).at(current_.database), /*views_only=*/true);
}

SqlResult<const Catalog::Database*> Catalog::FindDatabase(const ast::Name& name) const {
  const std::vector<std::string> parts = Texts(name);
  const std::string& catalog = parts.size() > 1 ? parts[0] : current_.catalog;
  auto databases = catalogs_.find(catalog);
  if (databases != catalogs_.end() && parts.size() <= 2) {
    auto database = databases->second.find(parts.back());
    if (database != databases->second.end()) return &database->second;
  }
  return NotFound("Database '" + catalog + "'.'" + parts.back() + "' doesn't exist.", name.span,
                  databases == catalogs_.end()
                      ? DidYouMean(catalog, KeysOf(catalogs_))
                      : DidYouMean(parts.back(), KeysOf(databases->second)));
}

SqlResult<std::vector<std::string>> Catalog::TableNames(const ast::Name& database) const {
  ASSIGN_OR_RETURN(const Database* found, FindDatabase(database));
  return Names(*found, /*views_only=*/false);
}

SqlResult<std::vector<std::string>> Catalog::ViewNames(const ast::Name& database) const {
  ASSIGN_OR_RETURN(const Database* found, FindDatabase(database));
  return Names(*found, /*views_only=*/true);
}

std::vector<std::string> Catalog::Catalogs() const { return KeysOf(catalogs_); }

std::vector<std::string> Catalog::Databases() const {
  return KeysOf(catalogs_.at(current_.catalog));
}

SqlResult<std::vector<std::string>> Catalog::Databases(const ast::Name& catalog) const {
  const std::string name = catalog.ToString();
  auto found = catalogs_.find(name);
  if (found == catalogs_.end()) {
    return NotFound("Catalog " + name + " does not exist.", catalog.span,
                    DidYouMean(name, KeysOf(catalogs_)));
  }
  return KeysOf(found->second);
}

// ------------------------------------------------------------------------------- tables and views

SqlResult<Catalog::Database*> Catalog::DatabaseFor(const Key& key, const SourceSpan& span) {
  if (key.size() != 3) {
    return SqlError{StatusCode::kInvalidArgument, "a name has at most three parts", span,
                    "catalog.database.name"};
  }
  auto catalog = catalogs_.find(key[0]);
  if (catalog == catalogs_.end()) {
    return NotFound("Catalog " + key[0] + " does not exist.", span,
                    DidYouMean(key[0], KeysOf(catalogs_)));
  }
  auto database = catalog->second.find(key[1]);
  if (database == catalog->second.end()) {
    return NotFound("Database " + key[1] + " does not exist in Catalog " + key[0] + ".", span,
                    DidYouMean(key[1], KeysOf(catalog->second)));
  }
  return &database->second;
}

SqlResult<bool> Catalog::Add(const ast::Name& name, CatalogObject object, bool or_replace,
                             bool if_not_exists) {
  const Key key = Complete(name);
  ASSIGN_OR_RETURN(Database * database, DatabaseFor(key, name.span));
  const bool temporary = IsTemporary(object);
  const Slot* existing = FindSlot(key);
  const std::optional<CatalogObject>* same_place = existing == nullptr ? nullptr
                                                   : temporary         ? &existing->temporary
                                                                       : &existing->permanent;
  if (same_place != nullptr && same_place->has_value()) {
    if (if_not_exists) return false;
    if (!or_replace || IsTable(**same_place) != IsTable(object)) {
      if (temporary) {
        return Exists("Temporary table '" + QuotedPath(key) + "' already exists", name.span);
      }
      return Exists(
          "Table (or view) " + key[1] + "." + key[2] + " already exists in Catalog " + key[0] + ".",
          name.span);
    }
  }
  SetName(object, key);
  Slot& slot = (*database)[key[2]];
  (temporary ? slot.temporary : slot.permanent) = std::move(object);
  return true;
}

SqlStatus Catalog::Drop(const ast::Name& name, bool table, bool temporary, bool if_exists) {
  const Key key = Complete(name);
  const std::string kind = table ? "table" : "view";
  const Slot* slot = FindSlot(key);
  const bool hidden = slot != nullptr && slot->temporary && IsTable(*slot->temporary) == table;
  if (!temporary && hidden) {
    return SqlError{StatusCode::kFailedPrecondition,
                    "Temporary " + kind + " with identifier '" + QuotedPath(key) +
                        "' exists. Drop it first before removing the permanent " + kind + ".",
                    name.span, "DROP TEMPORARY " + std::string(table ? "TABLE" : "VIEW")};
  }
  const std::optional<CatalogObject>* found = slot == nullptr ? nullptr
                                              : temporary     ? &slot->temporary
                                                              : &slot->permanent;
  if (found == nullptr || !found->has_value() || IsTable(**found) != table) {
    if (if_exists) return {};
    std::string what = temporary ? "Temporary table or view" : table ? "Table" : "View";
    std::string hint = DidYouMean(key.back(), TableNames());
    if (found != nullptr && found->has_value()) {
      hint = std::string("it is a ") + (table ? "view: DROP VIEW" : "table: DROP TABLE");
    }
    return NotFound(what + " with identifier '" + PlainPath(key) + "' does not exist.", name.span,
                    std::move(hint));
  }
  Database& database = catalogs_[key[0]][key[1]];
  Slot& changed = database[key[2]];
  (temporary ? changed.temporary : changed.permanent).reset();
  if (changed.visible() == nullptr) database.erase(key[2]);
  return {};
}

SqlStatus Catalog::Replace(const ast::Name& name, CatalogObject object) {
  const Key key = Complete(name);
  const CatalogObject* found = FindPermanent(name);
  if (found == nullptr || IsTable(*found) != IsTable(object)) {
    return NotFound(std::string(IsTable(object) ? "Table " : "View ") + QuotedPath(key) +
                        " doesn't exist or is a temporary " +
                        (IsTable(object) ? "table." : "view."),
                    name.span, DidYouMean(key.back(), TableNames()));
  }
  SetName(object, key);
  catalogs_[key[0]][key[1]][key[2]].permanent = std::move(object);
  return {};
}

SqlStatus Catalog::Rename(const ast::Name& from, const ast::Name& to) {
  const CatalogObject* found = FindPermanent(from);
  CHECK(found != nullptr) << "the caller has looked";
  const Key old_key = Complete(from);
  Key new_key = Complete(to);
  // A bare name stays in the object's own database, whatever USE says.
  if (to.parts.size() == 1) new_key = {old_key[0], old_key[1], to.parts[0].text};
  ASSIGN_OR_RETURN(Database * database, DatabaseFor(new_key, to.span));
  if (const Slot* taken = FindSlot(new_key); taken != nullptr && taken->permanent) {
    return Exists("Table (or view) " + new_key[1] + "." + new_key[2] +
                      " already exists in Catalog " + new_key[0] + ".",
                  to.span);
  }
  CatalogObject object = *found;
  SetName(object, new_key);
  Database& old_database = catalogs_[old_key[0]][old_key[1]];
  old_database[old_key[2]].permanent.reset();
  if (old_database[old_key[2]].visible() == nullptr) old_database.erase(old_key[2]);
  (*database)[new_key[2]].permanent = std::move(object);
  return {};
}

void Catalog::ForgetPlaces() {
  const auto forget = [](std::optional<CatalogObject>& object) {
    auto* table = object ? std::get_if<CatalogTable>(&*object) : nullptr;
    if (table == nullptr) return;
    table->option_spans.clear();
    for (CatalogColumn& column : table->columns) column.span = SourceSpan{};
  };
  for (auto& [catalog, databases] : catalogs_) {
    for (auto& [name, database] : databases) {
      for (auto& [object, slot] : database) {
        forget(slot.permanent);
        forget(slot.temporary);
      }
    }
  }
}

// ------------------------------------------------------------------------- databases and catalogs

SqlStatus Catalog::CreateDatabase(const ast::Name& name, bool if_not_exists) {
  const std::vector<std::string> parts = Texts(name);
  const std::string& catalog = parts.size() > 1 ? parts[0] : current_.catalog;
  auto databases = catalogs_.find(catalog);
  if (databases == catalogs_.end() || parts.size() > 2) {
    return NotFound("Catalog " + catalog + " does not exist.", name.span,
                    DidYouMean(catalog, KeysOf(catalogs_)));
  }
  const bool added = databases->second.try_emplace(parts.back()).second;
  if (added || if_not_exists) return {};
  return Exists("Database " + parts.back() + " already exists in Catalog " + catalog + ".",
                name.span);
}

SqlStatus Catalog::CheckDatabase(const ast::Name& name) const {
  SqlResult<const Database*> found = FindDatabase(name);
  if (!found.ok()) return found.error();
  return {};
}

SqlStatus Catalog::DropDatabase(const ast::Name& name, bool if_exists, bool cascade) {
  SqlResult<const Database*> found = FindDatabase(name);
  const std::vector<std::string> parts = Texts(name);
  const std::string& catalog = parts.size() > 1 ? parts[0] : current_.catalog;
  if (!found.ok()) {
    if (if_exists) return {};
    return NotFound("Database " + parts.back() + " does not exist in Catalog " + catalog + ".",
                    name.span, found.error().hint);
  }
  if (catalog == current_.catalog && parts.back() == current_.database) {
    return SqlError{StatusCode::kFailedPrecondition,
                    "Cannot drop a database which is currently in use.", name.span,
                    "USE another one first"};
  }
  if (!cascade && !(*found)->empty()) {
    return SqlError{StatusCode::kFailedPrecondition,
                    "Database " + parts.back() + " in catalog " + catalog + " is not empty.",
                    name.span, "DROP DATABASE " + parts.back() + " CASCADE drops its tables too"};
  }
  catalogs_[catalog].erase(parts.back());
  return {};
}

SqlStatus Catalog::CreateCatalog(const ast::Identifier& name, bool if_not_exists) {
  auto [catalog, added] = catalogs_.try_emplace(name.text);
  if (added) {
    catalog->second[kDatabaseOfNewCatalogs];
    default_databases_[name.text] = kDatabaseOfNewCatalogs;
    return {};
  }
  if (if_not_exists) return {};
  return Exists("Catalog " + name.text + " already exists.", name.span);
}

SqlStatus Catalog::DropCatalog(const ast::Name& name, bool if_exists) {
  const std::string text = name.ToString();
  if (!catalogs_.contains(text)) {
    if (if_exists) return {};
    return NotFound("Catalog " + text + " does not exist.", name.span,
                    DidYouMean(text, KeysOf(catalogs_)));
  }
  if (text == current_.catalog) {
    return SqlError{StatusCode::kFailedPrecondition,
                    "Cannot drop a catalog which is currently in use.", name.span,
                    "USE CATALOG another one first"};
  }
  catalogs_.erase(text);
  return {};
}

SqlStatus Catalog::UseCatalog(const ast::Identifier& name) {
  if (!catalogs_.contains(name.text)) {
    return NotFound("A catalog with name [" + name.text + "] does not exist.", name.span,
                    DidYouMean(name.text, KeysOf(catalogs_)));
  }
  if (name.text == current_.catalog) return {};
  current_.catalog = name.text;
  current_.database = default_databases_[name.text];
  return {};
}

SqlStatus Catalog::UseDatabase(const ast::Name& name) {
  const std::vector<std::string> parts = Texts(name);
  const std::string catalog = parts.size() > 1 ? parts[0] : current_.catalog;
  SqlResult<const Database*> found = FindDatabase(name);
  if (!found.ok()) {
    return NotFound("A database with name [" + parts.back() + "] does not exist in the catalog: [" +
                        catalog + "].",
                    name.span, found.error().hint);
  }
  current_.catalog = catalog;
  current_.database = parts.back();
  return {};
}

}  // namespace weir::sql
