#include "sql/table_definition.h"

#include <algorithm>
#include <map>

#include "sql/table_draft.h"

namespace weir::sql {
namespace {

using ast::LikeAction;
using ast::LikeScope;

// ------------------------------------------------------------------------------------------- LIKE

// What each part of the source table does; OPTIONS are overwritten by default, the rest included.
using LikeRules = std::map<LikeScope, LikeAction>;

SqlResult<LikeRules> RulesOf(const ast::LikeClause& like) {
  LikeRules written;
  for (const ast::LikeRule& rule : like.rules) {
    if (!written.emplace(rule.scope, rule.action).second) {
      return Invalid("Each like option feature can be declared only once.", like.table.span);
    }
    const bool can_overwrite =
        rule.scope == LikeScope::kGenerated || rule.scope == LikeScope::kOptions ||
        rule.scope == LikeScope::kWatermarks || rule.scope == LikeScope::kMetadata;
    if (rule.action == LikeAction::kOverwriting && !can_overwrite) {
      return Invalid("only GENERATED, METADATA, OPTIONS and WATERMARKS can be OVERWRITING",
                     like.table.span);
    }
  }
  LikeRules rules;
  const auto all = written.find(LikeScope::kAll);
  for (LikeScope scope : {LikeScope::kConstraints, LikeScope::kDistribution, LikeScope::kGenerated,
                          LikeScope::kMetadata, LikeScope::kOptions, LikeScope::kPartitions,
                          LikeScope::kWatermarks}) {
    rules[scope] = scope == LikeScope::kOptions ? LikeAction::kOverwriting : LikeAction::kIncluding;
    if (all != written.end()) rules[scope] = all->second;
    if (auto own = written.find(scope); own != written.end()) rules[scope] = own->second;
  }
  return rules;
}

// What `source` gives; what the statement itself says is added afterwards.
TableDraft InheritedDraft(const CatalogTable& source, const LikeRules& rules,
                          const SourceSpan& span) {
  CatalogTable table = source;
  table.comment.reset();
  const auto excluded = [&](LikeScope scope) { return rules.at(scope) == LikeAction::kExcluding; };
  std::erase_if(table.columns, [&](const CatalogColumn& column) {
    return (column.kind == CatalogColumn::Kind::kComputed && excluded(LikeScope::kGenerated)) ||
           (column.kind == CatalogColumn::Kind::kMetadata && excluded(LikeScope::kMetadata));
  });
  if (excluded(LikeScope::kWatermarks)) table.watermark.reset();
  if (excluded(LikeScope::kConstraints)) {
    table.primary_key.clear();
    table.primary_key_name.clear();
  }
  if (excluded(LikeScope::kPartitions)) table.partition_keys.clear();
  if (excluded(LikeScope::kOptions)) table.options.clear();
  table.option_spans.clear();
  return DraftOf(std::move(table), span);
}

SqlResult<const CatalogTable*> LikeSource(const ast::LikeClause& like, const Catalog& catalog) {
  const CatalogObject* object = catalog.Find(like.table);
  if (object == nullptr) {
    return SqlError{StatusCode::kNotFound,
                    "Source table '" + QuotedPath(catalog.Complete(like.table)) +
                        "' of the LIKE clause not found in the catalog",
                    like.table.span,
                    DidYouMean(like.table.parts.back().text, catalog.TableNames())};
  }
  const auto* table = std::get_if<CatalogTable>(object);
  if (table == nullptr) {
    return Invalid("the LIKE clause needs a table, `" + like.table.ToString() + "` is a view",
                   like.table.span);
  }
  return table;
}

// --------------------------------------------------------------------- parts of the statement

// A column whose name the source table has already.
SqlStatus ReplaceInherited(CatalogColumn& inherited, CatalogColumn column, const LikeRules& rules) {
  using Kind = CatalogColumn::Kind;
  const LikeScope scope =
      column.kind == Kind::kComputed ? LikeScope::kGenerated : LikeScope::kMetadata;
  if (column.kind == Kind::kPhysical || column.kind != inherited.kind) {
    return Invalid("A column named '" + column.name + "' already exists in the base table.",
                   column.span);
  }
  if (rules.at(scope) != LikeAction::kOverwriting) {
    const std::string word = scope == LikeScope::kGenerated ? "GENERATED" : "METADATA";
    return Invalid("A column named '" + column.name +
                       "' already exists in the base table. You might want to specify EXCLUDING " +
                       word + " or OVERWRITING " + word + ".",
                   column.span);
  }
  inherited = std::move(column);
  return {};
}

SqlStatus AddColumns(const ast::CreateTable& create, const LikeRules& rules, TableDraft& draft) {
  const size_t inherited = draft.table.columns.size();
  for (const ast::ColumnDefinition& definition : create.columns) {
    ASSIGN_OR_RETURN(CatalogColumn column, MakeColumn(definition));
    SQL_RETURN_IF_ERROR(SetColumnKey(definition, draft));
    CatalogColumn* existing = draft.Find(column.name);
    if (existing != nullptr &&
        existing < draft.table.columns.data() + static_cast<ptrdiff_t>(inherited)) {
      SQL_RETURN_IF_ERROR(ReplaceInherited(*existing, std::move(column), rules));
    } else {
      draft.table.columns.push_back(std::move(column));
    }
  }
  return {};
}

SqlStatus AddWatermark(const ast::CreateTable& create, const LikeRules& rules, TableDraft& draft) {
  if (create.watermarks.empty()) return {};
  if (create.watermarks.size() > 1) {
    return Invalid("a table has at most one WATERMARK", create.watermarks[1].span);
  }
  if (draft.table.watermark && rules.at(LikeScope::kWatermarks) != LikeAction::kOverwriting) {
    return Invalid("There already exists a watermark spec for column '" +
                       draft.table.watermark->column +
                       "' in the base table. You might want to specify EXCLUDING WATERMARKS or "
                       "OVERWRITING WATERMARKS.",
                   create.watermarks[0].span);
  }
  return SetWatermark(create.watermarks[0], draft);
}

bool DeclaresKey(const ast::CreateTable& create) {
  return !create.constraints.empty() ||
         std::any_of(create.columns.begin(), create.columns.end(),
                     [](const ast::ColumnDefinition& column) { return column.primary_key; });
}

SqlStatus AddKeysAndPartitions(const ast::CreateTable& create, TableDraft& draft) {
  for (const ast::KeyConstraint& constraint : create.constraints) {
    SQL_RETURN_IF_ERROR(SetPrimaryKey(constraint, draft));
  }
  if (create.partitioned_by.empty()) return {};
  if (!draft.partition_keys.empty()) {
    return Invalid(
        "The base table already has partitions defined. You might want to specify "
        "EXCLUDING PARTITIONS.",
        create.partitioned_by[0].span);
  }
  draft.partition_keys = create.partitioned_by;
  return {};
}

SqlStatus AddOptions(const ast::CreateTable& create, const LikeRules& rules, TableDraft& draft) {
  CatalogTable& table = draft.table;
  for (const ast::Option& option : create.options) {
    const bool inherited =
        table.options.contains(option.key) && !table.option_spans.contains(option.key);
    if (inherited && rules.at(LikeScope::kOptions) == LikeAction::kIncluding) {
      return Invalid("There already exists an option ['" + option.key +
                         "'] in the base table. You might want to specify EXCLUDING OPTIONS or "
                         "OVERWRITING OPTIONS.",
                     option.key_span);
    }
    table.options[option.key] = option.value;
    table.option_spans[option.key] = option.key_span;
  }
  return {};
}

// ------------------------------------------------------------------------------------- AS SELECT

// The declared columns come first unless the query has them too; those keep the query's place, with
// the declared type.
SqlStatus MergeQueryColumns(const Schema& query, TableDraft& draft) {
  std::vector<CatalogColumn> declared = std::move(draft.table.columns);
  std::vector<CatalogColumn> merged;
  for (const Field& field : query.fields()) {
    auto own = std::find_if(declared.begin(), declared.end(),
                            [&](const CatalogColumn& column) { return column.name == field.name; });
    CatalogColumn column;
    if (own == declared.end()) {
      column.name = field.name;
      column.type = field.type;
    } else {
      if (own->kind == CatalogColumn::Kind::kComputed) {
        return Invalid("A column named '" + field.name +
                           "' already exists in the query's schema: it cannot be computed",
                       own->span);
      }
      column = std::move(*own);
      declared.erase(own);
    }
    merged.push_back(std::move(column));
  }
  draft.table.columns = std::move(declared);
  std::move(merged.begin(), merged.end(), std::back_inserter(draft.table.columns));
  for (const ast::Identifier& name : draft.primary_key) {
    const CatalogColumn* column = draft.table.FindColumn(name.text);
    const int from_query = query.IndexOf(name.text);
    if (column != nullptr && column->type.nullable() && from_query >= 0) {
      return Invalid("Invalid primary key '" + draft.table.primary_key_name + "'. Column '" +
                         name.text + "' is nullable.",
                     name.span);
    }
  }
  return {};
}

// CREATE TABLE t (b, a) AS SELECT a, b: the same columns in another order.
SqlStatus OrderQueryColumns(const std::vector<ast::Identifier>& names, const Schema& query,
                            TableDraft& draft) {
  if (names.size() != query.size()) {
    return Invalid("the table has " + std::to_string(names.size()) + " columns, the query " +
                       std::to_string(query.size()),
                   names[0].span);
  }
  std::vector<std::string> known;
  for (const Field& field : query.fields()) known.push_back(field.name);
  for (const ast::Identifier& name : names) {
    const int index = query.IndexOf(name.text);
    if (index < 0) {
      return Invalid("the query has no column `" + name.text + "`", name.span,
                     DidYouMean(name.text, known));
    }
    CatalogColumn column;
    column.name = name.text;
    column.type = query[static_cast<size_t>(index)].type;
    column.span = name.span;
    draft.table.columns.push_back(std::move(column));
  }
  return {};
}

}  // namespace

SqlResult<CatalogTable> DefineTable(const ast::CreateTable& create, const Catalog& catalog,
                                    const QueryPlanner& planner, const Schema* query_schema) {
  if (create.distribution) {
    return SqlError{StatusCode::kUnimplemented, "DISTRIBUTED tables are not supported",
                    create.name.span, "no connector has buckets"};
  }
  TableDraft draft;
  LikeRules rules;
  if (create.like) {
    ASSIGN_OR_RETURN(rules, RulesOf(*create.like));
    ASSIGN_OR_RETURN(const CatalogTable* source, LikeSource(*create.like, catalog));
    draft = InheritedDraft(*source, rules, create.like->table.span);
    if (!draft.primary_key.empty() && DeclaresKey(create)) {
      return Invalid(
          "The base table already has a primary key. You might want to specify "
          "EXCLUDING CONSTRAINTS.",
          create.name.span);
    }
  }
  draft.table.temporary = create.temporary;
  draft.table.name = create.name.parts.back().text;
  draft.table.comment = create.comment;
  SQL_RETURN_IF_ERROR(AddColumns(create, rules, draft));
  SQL_RETURN_IF_ERROR(AddWatermark(create, rules, draft));
  SQL_RETURN_IF_ERROR(AddKeysAndPartitions(create, draft));
  SQL_RETURN_IF_ERROR(AddOptions(create, rules, draft));
  if (query_schema != nullptr) {
    SQL_RETURN_IF_ERROR(create.column_names.empty()
                            ? MergeQueryColumns(*query_schema, draft)
                            : OrderQueryColumns(create.column_names, *query_schema, draft));
  }
  return FinishTable(std::move(draft), planner);
}

}  // namespace weir::sql
