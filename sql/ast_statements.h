#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sql/ast.h"

// Statements as parsed.

namespace weir::sql::ast {

struct PhysicalColumn {
  TypeName type;
};
// name AS expr
struct ComputedColumn {
  ExprPtr expr;
};
// name TYPE METADATA [FROM 'key'] [VIRTUAL]
struct MetadataColumn {
  TypeName type;
  std::optional<std::string> key;
  bool is_virtual = false;
};
struct ColumnDefinition {
  Identifier name;
  std::variant<PhysicalColumn, ComputedColumn, MetadataColumn> kind;
  bool primary_key = false;  // PRIMARY KEY NOT ENFORCED right behind the column
  bool enforced = false;     // of that key
  std::optional<std::string> comment;
  SourceSpan span;
};

struct WatermarkDefinition {
  Name column;  // may name a field of a row
  ExprPtr expr;
  SourceSpan span;
};

struct KeyConstraint {
  std::optional<Identifier> name;
  bool primary = true;  // else UNIQUE
  std::vector<Identifier> columns;
  bool enforced = true;
  SourceSpan span;
};

enum class LikeScope {
  kAll,
  kConstraints,
  kDistribution,
  kGenerated,
  kMetadata,
  kOptions,
  kPartitions,
  kWatermarks
};
enum class LikeAction { kIncluding, kExcluding, kOverwriting };
struct LikeRule {
  LikeAction action;
  LikeScope scope;
};
struct LikeClause {
  Name table;
  std::vector<LikeRule> rules;
};

// DISTRIBUTED BY [HASH|RANGE](a) INTO n BUCKETS
struct Distribution {
  std::optional<std::string> kind;  // HASH, RANGE
  std::vector<Identifier> columns;
  std::optional<int64_t> buckets;
};

struct CreateTable {
  bool or_replace = false;
  bool temporary = false;
  bool if_not_exists = false;
  Name name;
  std::vector<ColumnDefinition> columns;
  // CREATE TABLE t (a, b) AS ...: names only
  std::vector<Identifier> column_names;
  std::vector<WatermarkDefinition> watermarks;  // the binder refuses a second
  std::vector<KeyConstraint> constraints;
  std::optional<std::string> comment;
  std::optional<Distribution> distribution;
  std::vector<Identifier> partitioned_by;
  std::vector<Option> options;
  std::optional<LikeClause> like;
  QueryPtr query;  // AS ...; may be null
};

struct CreateView {
  bool or_replace = false;
  bool temporary = false;
  bool if_not_exists = false;
  Name name;
  std::vector<Identifier> columns;
  std::optional<std::string> comment;
  QueryPtr query;
};

struct CreateFunction {
  bool temporary = false;
  bool system = false;
  bool if_not_exists = false;
  Name name;
  std::string class_name;
  std::optional<std::string> language;  // JAVA, SCALA, PYTHON
  std::vector<std::string> jars;
};

struct CreateCatalog {
  bool if_not_exists = false;
  Identifier name;
  std::optional<std::string> comment;
  std::vector<Option> options;
};

struct CreateDatabase {
  bool if_not_exists = false;
  Name name;
  std::optional<std::string> comment;
  std::vector<Option> options;
};

struct UseCatalog {
  Identifier name;
};
struct UseDatabase {
  Name name;
};
struct UseModules {
  std::vector<Identifier> names;
};

enum class ObjectKind { kTable, kView, kFunction, kDatabase, kCatalog };
struct Drop {
  ObjectKind kind;
  bool temporary = false;
  bool system = false;  // of functions
  bool if_exists = false;
  bool cascade = false;  // of databases
  Name name;
};

struct AddColumn {
  ColumnDefinition column;
  bool first = false;
  std::optional<Identifier> after;
};
// ALTER TABLE t ADD (...) and MODIFY (...)
struct AlterSchema {
  bool modify = false;  // else add
  std::vector<AddColumn> columns;
  std::optional<WatermarkDefinition> watermark;
  std::vector<KeyConstraint> constraints;
};
struct DropColumns {
  std::vector<Identifier> columns;
};
struct DropPrimaryKey {};
struct DropConstraint {
  Identifier name;
};
struct DropWatermark {};
struct RenameColumn {
  Identifier from;
  Identifier to;
};
struct RenameTo {
  Name name;
};
struct SetOptions {
  std::vector<Option> options;
};
struct ResetOptions {
  std::vector<std::string> keys;
};
struct AlterTable {
  bool if_exists = false;
  Name name;
  std::variant<AlterSchema, DropColumns, DropPrimaryKey, DropConstraint, DropWatermark,
               RenameColumn, RenameTo, SetOptions, ResetOptions>
      action;
};
struct AlterView {
  Name name;
  std::variant<RenameTo, QueryPtr> action;
};
struct AlterDatabase {
  Name name;
  std::vector<Option> options;
};

enum class ShowKind {
  kTables,
  kViews,
  kFunctions,
  kUserFunctions,
  kCatalogs,
  kDatabases,
  kCurrentCatalog,
  kCurrentDatabase,
  kColumns,
  kPartitions,
  kModules,
  kFullModules,
  kJobs,
  kJars,
  kCreateTable,
  kCreateView,
  kCreateCatalog,
};
struct PartitionValue {
  Identifier column;
  ExprPtr value;  // may be null: dynamic
};

struct Show {
  ShowKind kind;
  std::optional<Name> of;  // FROM/IN database; the object of SHOW CREATE and SHOW COLUMNS
  std::vector<PartitionValue> partition;  // of SHOW PARTITIONS
  bool negated = false;
  bool case_insensitive = false;  // ILIKE
  std::optional<std::string> like;
};

struct Describe {
  bool extended = false;
  ObjectKind kind = ObjectKind::kTable;
  Name name;
};
struct DescribeJob {
  std::string id;
};

struct Insert {
  bool overwrite = false;
  Name table;
  std::vector<Hint> hints;
  std::vector<PartitionValue> partition;
  std::vector<Identifier> columns;
  QueryPtr query;
  SourceSpan span;
};

struct StatementSet {
  std::vector<Insert> inserts;
};

struct QueryStatement {
  QueryPtr query;
};

struct Explain {
  std::vector<std::string> details;  // CHANGELOG_MODE, ...
  std::variant<QueryStatement, Insert, StatementSet> statement;
};

// Without a key: shows all.
struct Set {
  std::optional<Option> option;
};
// Without a key: resets all.
struct Reset {
  std::optional<std::string> key;
};

struct StopJob {
  std::string id;
  bool with_savepoint = false;
  bool with_drain = false;
};

struct Statement {
  std::variant<CreateTable, CreateView, CreateFunction, CreateCatalog, CreateDatabase, UseCatalog,
               UseDatabase, UseModules, Drop, AlterTable, AlterView, AlterDatabase, Show, Describe,
               DescribeJob, Insert, StatementSet, QueryStatement, Explain, Set, Reset, StopJob>
      node;
  SourceSpan span;  // without the semicolon
};

}  // namespace weir::sql::ast
