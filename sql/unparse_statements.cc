#include "sql/unparse_impl.h"

// Statements.

namespace weir::sql {
namespace {

std::string_view KindText(ast::ObjectKind kind) {
  switch (kind) {
    case ast::ObjectKind::kTable:
      return "TABLE ";
    case ast::ObjectKind::kView:
      return "VIEW ";
    case ast::ObjectKind::kFunction:
      return "FUNCTION ";
    case ast::ObjectKind::kDatabase:
      return "DATABASE ";
    case ast::ObjectKind::kCatalog:
      return "CATALOG ";
  }
  return "";
}

std::string_view ScopeText(ast::LikeScope scope) {
  switch (scope) {
    case ast::LikeScope::kAll:
      return "ALL";
    case ast::LikeScope::kConstraints:
      return "CONSTRAINTS";
    case ast::LikeScope::kDistribution:
      return "DISTRIBUTION";
    case ast::LikeScope::kGenerated:
      return "GENERATED";
    case ast::LikeScope::kMetadata:
      return "METADATA";
    case ast::LikeScope::kOptions:
      return "OPTIONS";
    case ast::LikeScope::kPartitions:
      return "PARTITIONS";
    case ast::LikeScope::kWatermarks:
      return "WATERMARKS";
  }
  return "";
}

std::string_view ShowText(ast::ShowKind kind) {
  switch (kind) {
    case ast::ShowKind::kTables:
      return "TABLES";
    case ast::ShowKind::kViews:
      return "VIEWS";
    case ast::ShowKind::kFunctions:
      return "FUNCTIONS";
    case ast::ShowKind::kUserFunctions:
      return "USER FUNCTIONS";
    case ast::ShowKind::kCatalogs:
      return "CATALOGS";
    case ast::ShowKind::kDatabases:
      return "DATABASES";
    case ast::ShowKind::kCurrentCatalog:
      return "CURRENT CATALOG";
    case ast::ShowKind::kCurrentDatabase:
      return "CURRENT DATABASE";
    case ast::ShowKind::kColumns:
      return "COLUMNS";
    case ast::ShowKind::kPartitions:
      return "PARTITIONS";
    case ast::ShowKind::kModules:
      return "MODULES";
    case ast::ShowKind::kFullModules:
      return "FULL MODULES";
    case ast::ShowKind::kJobs:
      return "JOBS";
    case ast::ShowKind::kJars:
      return "JARS";
    case ast::ShowKind::kCreateTable:
      return "CREATE TABLE";
    case ast::ShowKind::kCreateView:
      return "CREATE VIEW";
    case ast::ShowKind::kCreateCatalog:
      return "CREATE CATALOG";
  }
  return "";
}

}  // namespace

void Unparser::Write(const ast::Statement& statement) {
  std::visit([&](const auto& node) { Statement(node); }, statement.node);
}

// ---------------------------------------------------------------------------------- CREATE TABLE

void Unparser::WriteColumn(const ast::ColumnDefinition& column) {
  AddIdentifier(column.name);
  Add(" ");
  if (const auto* physical = std::get_if<ast::PhysicalColumn>(&column.kind)) {
    Write(physical->type);
  } else if (const auto* computed = std::get_if<ast::ComputedColumn>(&column.kind)) {
    Add("AS ");
    Write(*computed->expr);
  } else {
    const auto& metadata = std::get<ast::MetadataColumn>(column.kind);
    Write(metadata.type);
    Add(" METADATA");
    if (metadata.key) {
      Add(" FROM ");
      AddString(*metadata.key);
    }
    if (metadata.is_virtual) Add(" VIRTUAL");
  }
  if (column.primary_key) {
    Add(column.enforced ? " PRIMARY KEY ENFORCED" : " PRIMARY KEY NOT ENFORCED");
  }
  AddComment(column.comment);
}

void Unparser::WriteWatermark(const ast::WatermarkDefinition& watermark) {
  Add("WATERMARK FOR ");
  AddName(watermark.column);
  Add(" AS ");
  Write(*watermark.expr);
}

void Unparser::WriteConstraint(const ast::KeyConstraint& constraint) {
  if (constraint.name) {
    Add("CONSTRAINT ");
    AddIdentifier(*constraint.name);
    Add(" ");
  }
  Add(constraint.primary ? "PRIMARY KEY " : "UNIQUE ");
  AddIdentifiers(constraint.columns);
  Add(constraint.enforced ? " ENFORCED" : " NOT ENFORCED");
}

void Unparser::WriteTableElements(const ast::CreateTable& create) {
  if (!create.column_names.empty()) {
    Add(" ");
    return AddIdentifiers(create.column_names);
  }
  if (create.columns.empty() && create.watermarks.empty() && create.constraints.empty()) return;
  const char* separator = " (";
  for (const ast::ColumnDefinition& column : create.columns) {
    Add(separator);
    WriteColumn(column);
    separator = ", ";
  }
  for (const ast::WatermarkDefinition& watermark : create.watermarks) {
    Add(separator);
    WriteWatermark(watermark);
    separator = ", ";
  }
  for (const ast::KeyConstraint& constraint : create.constraints) {
    Add(separator);
    WriteConstraint(constraint);
    separator = ", ";
  }
  Add(")");
}

void Unparser::WriteLike(const ast::LikeClause& like) {
  Add(" LIKE ");
  AddName(like.table);
  if (like.rules.empty()) return;
  Add(" (");
  for (size_t i = 0; i < like.rules.size(); ++i) {
    if (i > 0) Add(" ");
    const ast::LikeRule& rule = like.rules[i];
    Add(rule.action == ast::LikeAction::kIncluding   ? "INCLUDING "
        : rule.action == ast::LikeAction::kExcluding ? "EXCLUDING "
                                                     : "OVERWRITING ");
    Add(ScopeText(rule.scope));
  }
  Add(")");
}

void Unparser::Statement(const ast::CreateTable& create) {
  Add(create.or_replace ? "CREATE OR REPLACE " : "CREATE ");
  Add(create.temporary ? "TEMPORARY TABLE " : "TABLE ");
  if (create.if_not_exists) Add("IF NOT EXISTS ");
  AddName(create.name);
  WriteTableElements(create);
  AddComment(create.comment);
  if (create.distribution) {
    const ast::Distribution& distribution = *create.distribution;
    Add(" DISTRIBUTED");
    if (!distribution.columns.empty()) {
      Add(" BY ");
      Add(distribution.kind.value_or(""));
      AddIdentifiers(distribution.columns);
    }
    if (distribution.buckets) {
      Add(" INTO " + std::to_string(*distribution.buckets) + " BUCKETS");
    }
  }
  if (!create.partitioned_by.empty()) {
    Add(" PARTITIONED BY ");
    AddIdentifiers(create.partitioned_by);
  }
  if (!create.options.empty()) {
    Add(" WITH ");
    AddOptions(create.options);
  }
  if (create.like) WriteLike(*create.like);
  if (create.query != nullptr) {
    Add(" AS ");
    Write(*create.query);
  }
}

// --------------------------------------------------------------------------- CREATE, DROP, ALTER

void Unparser::Statement(const ast::CreateView& create) {
  Add(create.or_replace ? "CREATE OR REPLACE " : "CREATE ");
  Add(create.temporary ? "TEMPORARY VIEW " : "VIEW ");
  if (create.if_not_exists) Add("IF NOT EXISTS ");
  AddName(create.name);
  if (!create.columns.empty()) {
    Add(" ");
    AddIdentifiers(create.columns);
  }
  AddComment(create.comment);
  Add(" AS ");
  Write(*create.query);
}

void Unparser::Statement(const ast::CreateFunction& create) {
  Add(create.temporary ? "CREATE TEMPORARY " : "CREATE ");
  Add(create.system ? "SYSTEM FUNCTION " : "FUNCTION ");
  if (create.if_not_exists) Add("IF NOT EXISTS ");
  AddName(create.name);
  Add(" AS ");
  AddString(create.class_name);
  if (create.language) Add(" LANGUAGE " + *create.language);
  if (!create.jars.empty()) {
    Add(" USING ");
    AddList(create.jars, [&](const std::string& jar) {
      Add("JAR ");
      AddString(jar);
    });
  }
}

void Unparser::Statement(const ast::CreateCatalog& create) {
  Add("CREATE CATALOG ");
  if (create.if_not_exists) Add("IF NOT EXISTS ");
  AddIdentifier(create.name);
  AddComment(create.comment);
  if (!create.options.empty()) {
    Add(" WITH ");
    AddOptions(create.options);
  }
}

void Unparser::Statement(const ast::CreateDatabase& create) {
  Add("CREATE DATABASE ");
  if (create.if_not_exists) Add("IF NOT EXISTS ");
  AddName(create.name);
  AddComment(create.comment);
  if (!create.options.empty()) {
    Add(" WITH ");
    AddOptions(create.options);
  }
}

void Unparser::Statement(const ast::UseCatalog& use) {
  Add("USE CATALOG ");
  AddIdentifier(use.name);
}

void Unparser::Statement(const ast::UseDatabase& use) {
  Add("USE ");
  AddName(use.name);
}

void Unparser::Statement(const ast::UseModules& use) {
  Add("USE MODULES ");
  AddList(use.names, [&](const ast::Identifier& name) { AddIdentifier(name); });
}

void Unparser::Statement(const ast::Drop& drop) {
  Add("DROP ");
  if (drop.temporary) Add("TEMPORARY ");
  if (drop.system) Add("SYSTEM ");
  Add(KindText(drop.kind));
  if (drop.if_exists) Add("IF EXISTS ");
  AddName(drop.name);
  if (drop.cascade) Add(" CASCADE");
}

void Unparser::Statement(const ast::AlterTable& alter) {
  Add("ALTER TABLE ");
  if (alter.if_exists) Add("IF EXISTS ");
  AddName(alter.name);
  std::visit([&](const auto& action) { WriteAction(action); }, alter.action);
}

void Unparser::WriteAction(const ast::AlterSchema& action) {
  Add(action.modify ? " MODIFY (" : " ADD (");
  const char* separator = "";
  for (const ast::AddColumn& add : action.columns) {
    Add(separator);
    WriteColumn(add.column);
    if (add.first) Add(" FIRST");
    if (add.after) {
      Add(" AFTER ");
      AddIdentifier(*add.after);
    }
    separator = ", ";
  }
  if (action.watermark) {
    Add(separator);
    WriteWatermark(*action.watermark);
    separator = ", ";
  }
  for (const ast::KeyConstraint& constraint : action.constraints) {
    Add(separator);
    WriteConstraint(constraint);
    separator = ", ";
  }
  Add(")");
}

void Unparser::WriteAction(const ast::DropColumns& action) {
  Add(" DROP ");
  AddIdentifiers(action.columns);
}

void Unparser::WriteAction(const ast::DropPrimaryKey&) { Add(" DROP PRIMARY KEY"); }

void Unparser::WriteAction(const ast::DropConstraint& action) {
  Add(" DROP CONSTRAINT ");
  AddIdentifier(action.name);
}

void Unparser::WriteAction(const ast::DropWatermark&) { Add(" DROP WATERMARK"); }

void Unparser::WriteAction(const ast::RenameColumn& action) {
  Add(" RENAME ");
  AddIdentifier(action.from);
  Add(" TO ");
  AddIdentifier(action.to);
}

void Unparser::WriteAction(const ast::RenameTo& action) {
  Add(" RENAME TO ");
  AddName(action.name);
}

void Unparser::WriteAction(const ast::SetOptions& action) {
  Add(" SET ");
  AddOptions(action.options);
}

void Unparser::WriteAction(const ast::ResetOptions& action) {
  Add(" RESET (");
  AddList(action.keys, [&](const std::string& key) { AddString(key); });
  Add(")");
}

void Unparser::Statement(const ast::AlterView& alter) {
  Add("ALTER VIEW ");
  AddName(alter.name);
  if (const auto* rename = std::get_if<ast::RenameTo>(&alter.action)) {
    WriteAction(*rename);
  } else {
    Add(" AS ");
    Write(*std::get<ast::QueryPtr>(alter.action));
  }
}

void Unparser::Statement(const ast::AlterDatabase& alter) {
  Add("ALTER DATABASE ");
  AddName(alter.name);
  Add(" SET ");
  AddOptions(alter.options);
}

// ------------------------------------------------------------------------------------ SHOW and so
// on

void Unparser::AddPartition(const std::vector<ast::PartitionValue>& partition) {
  if (partition.empty()) return;
  Add(" PARTITION (");
  AddList(partition, [&](const ast::PartitionValue& value) {
    AddIdentifier(value.column);
    if (value.value == nullptr) return;
    Add(" = ");
    Write(*value.value);
  });
  Add(")");
}

void Unparser::Statement(const ast::Show& show) {
  Add("SHOW ");
  Add(ShowText(show.kind));
  if (show.of) {
    const bool of_object =
        show.kind == ast::ShowKind::kCreateTable || show.kind == ast::ShowKind::kCreateView ||
        show.kind == ast::ShowKind::kCreateCatalog || show.kind == ast::ShowKind::kPartitions;
    Add(of_object ? " " : " FROM ");
    AddName(*show.of);
  }
  AddPartition(show.partition);
  if (show.like) {
    if (show.negated) Add(" NOT");
    Add(show.case_insensitive ? " ILIKE " : " LIKE ");
    AddString(*show.like);
  }
}

void Unparser::Statement(const ast::Describe& describe) {
  Add("DESCRIBE ");
  if (describe.kind != ast::ObjectKind::kTable) Add(KindText(describe.kind));
  if (describe.extended) Add("EXTENDED ");
  AddName(describe.name);
}

void Unparser::Statement(const ast::DescribeJob& describe) {
  Add("DESCRIBE JOB ");
  AddString(describe.id);
}

void Unparser::Statement(const ast::Insert& insert) {
  Add(insert.overwrite ? "INSERT OVERWRITE " : "INSERT INTO ");
  AddName(insert.table);
  WriteHints(insert.hints);
  AddPartition(insert.partition);
  if (!insert.columns.empty()) {
    Add(" ");
    AddIdentifiers(insert.columns);
  }
  Add(" ");
  Write(*insert.query);
}

void Unparser::Statement(const ast::StatementSet& set) {
  Add("EXECUTE STATEMENT SET BEGIN ");
  for (const ast::Insert& insert : set.inserts) {
    Statement(insert);
    Add("; ");
  }
  Add("END");
}

void Unparser::Statement(const ast::QueryStatement& query) { Write(*query.query); }

void Unparser::Statement(const ast::Explain& explain) {
  Add("EXPLAIN ");
  AddList(explain.details, [&](const std::string& detail) { Add(detail); });
  if (!explain.details.empty()) Add(" ");
  std::visit([&](const auto& node) { Statement(node); }, explain.statement);
}

void Unparser::Statement(const ast::Set& set) {
  Add("SET");
  if (!set.option) return;
  Add(" ");
  AddString(set.option->key);
  Add(" = ");
  AddString(set.option->value);
}

void Unparser::Statement(const ast::Reset& reset) {
  Add("RESET");
  if (!reset.key) return;
  Add(" ");
  AddString(*reset.key);
}

void Unparser::Statement(const ast::StopJob& stop) {
  Add("STOP JOB ");
  AddString(stop.id);
  if (stop.with_savepoint) Add(" WITH SAVEPOINT");
  if (stop.with_drain) Add(" WITH DRAIN");
}

}  // namespace weir::sql
