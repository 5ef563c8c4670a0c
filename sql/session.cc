#include "sql/session.h"

#include <charconv>

#include "common/base/ascii.h"
#include "common/base/nearest_name.h"
#include "common/base/secrets.h"
#include "common/config/declared_options.h"
#include "common/data/time_zone.h"
#include "sql/parser.h"
#include "sql/planner.h"
#include "sql/show.h"
#include "sql/table_access.h"
#include "sql/table_definition.h"
#include "sql/unparse.h"

namespace weir::sql {
namespace {

constexpr const char* kParallelism = "parallelism.default";
constexpr const char* kTableParallelism = "table.exec.resource.default-parallelism";
constexpr const char* kJobName = "pipeline.name";
constexpr const char* kTimeZone = "table.local-time-zone";
constexpr const char* kRuntimeMode = "execution.runtime-mode";
constexpr const char* kCheckpointMode = "execution.checkpointing.mode";
constexpr int kMaxParallelism = 32768;  // Flink's

// Nothing: not a number of subtasks.
std::optional<int> ReadParallelism(const std::string& text) {
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || value < 1 || value > kMaxParallelism) return std::nullopt;
  return value;
}

SqlError Unsupported(std::string what, const SourceSpan& span, std::string hint = "") {
  return SqlError{StatusCode::kUnimplemented, what + " is not supported", span, std::move(hint)};
}

}  // namespace

Session::Session(SessionOptions options) : parallelism_(std::max(1, options.parallelism)) {
  config_.options = std::move(options.config);
  config_.has_more_defaults = options.planned_again;
  initial_config_ = config_;
}

SqlResult<std::vector<SessionStatement>> Session::Parse(std::string_view text) {
  ASSIGN_OR_RETURN(std::vector<ast::Statement> script, ParseScript(text));
  // Places of earlier texts mean nothing in this one.
  if (parsed_before_) catalog_.ForgetPlaces();
  parsed_before_ = true;
  std::vector<SessionStatement> statements;
  for (ast::Statement& statement : script) {
    const SourceSpan span = statement.span;
    statements.push_back(
        {std::move(statement), std::string(text.substr(span.offset, span.length))});
  }
  return statements;
}

SqlResult<StatementResult> Session::Execute(const SessionStatement& statement) {
  SqlResult<StatementResult> result =
      std::visit([&](const auto& node) { return Run(node); }, statement.statement.node);
  if (!result.ok()) {
    // An error of no place is the whole statement's.
    SqlError error = std::move(std::move(result).status()).error();
    if (error.span == SourceSpan{}) error.span = statement.statement.span;
    return error;
  }
  if (result->job) result->job->set_sql(statement.text);
  return result;
}

int Session::Parallelism() const {
  for (const char* key : {kTableParallelism, kParallelism}) {
    const auto it = config_.options.find(key);
    if (it == config_.options.end()) continue;
    if (const std::optional<int> said = ReadParallelism(it->second)) return *said;
  }
  return parallelism_;
}

std::string Session::JobName(const std::string& derived) const {
  auto it = config_.options.find(kJobName);
  return it == config_.options.end() ? derived : it->second;
}

// ------------------------------------------------------------------------------ queries and jobs

SqlResult<StatementResult> Session::Run(const ast::QueryStatement& query) {
  ASSIGN_OR_RETURN(PlannedQuery planned, Planner().Plan(*query.query, JobName("collect")));
  StatementResult result;
  result.schema = std::make_shared<const Schema>(std::move(planned.schema));
  result.schema_text = std::move(planned.schema_text);
  result.job = std::move(planned.graph);
  result.is_query = true;
  return result;
}

SqlResult<StatementResult> Session::RunInserts(const std::vector<const ast::Insert*>& inserts) {
  std::string name;
  std::map<std::string, int> uses;
  std::vector<std::string> tables;
  for (const ast::Insert* insert : inserts) {
    std::string path;
    for (const std::string& part : catalog_.Complete(insert->table)) {
      path += (path.empty() ? "" : ".") + part;
    }
    name += (name.empty() ? "insert-into_" : ",") + path;
    ++uses[path];
    tables.push_back(std::move(path));
  }
  ASSIGN_OR_RETURN(PlannedQuery planned, Planner().Plan(inserts, JobName(name)));
  // One count of rows for each INSERT; a table that is written twice is numbered.
  std::vector<Field> columns;
  std::map<std::string, int> seen;
  for (const std::string& table : tables) {
    std::string column = table;
    if (uses[table] > 1) column += "_" + std::to_string(++seen[table]);
    columns.push_back({std::move(column), DataType::BigInt()});
  }
  StatementResult result = EmptyResult(std::move(columns));
  result.job = std::move(planned.graph);
  return result;
}

SqlResult<StatementResult> Session::Run(const ast::Insert& insert) { return RunInserts({&insert}); }

SqlResult<StatementResult> Session::Run(const ast::StatementSet& set) {
  std::vector<const ast::Insert*> inserts;
  for (const ast::Insert& insert : set.inserts) inserts.push_back(&insert);
  return RunInserts(inserts);
}

SqlResult<StatementResult> Session::Run(const ast::Explain& explain) {
  std::vector<const ast::Insert*> inserts;
  if (const auto* insert = std::get_if<ast::Insert>(&explain.statement)) {
    inserts.push_back(insert);
  } else if (const auto* set = std::get_if<ast::StatementSet>(&explain.statement)) {
    for (const ast::Insert& one : set->inserts) inserts.push_back(&one);
  }
  PlannedQuery planned;
  if (inserts.empty()) {
    const auto& query = std::get<ast::QueryStatement>(explain.statement);
    ASSIGN_OR_RETURN(planned, Planner().Plan(*query.query, "explain"));
  } else {
    ASSIGN_OR_RETURN(planned, Planner().Plan(inserts, "explain"));
  }
  return TextResult("result", "== Optimized Plan ==\n" + planned.logical + "\n== Job Graph ==\n" +
                                  ToText(planned.graph));
}

// --------------------------------------------------------------------------------- SET and RESET

namespace {

// Options that are declared must fit; Flink takes any others, and so do we.
SqlStatus CheckDeclared(const ast::Option& option, std::vector<std::string>& notes) {
  const OptionDeclaration* declared = FindOption(option.key);
  if (declared == nullptr) {
    const std::string hint = DidYouMean(option.key, DeclaredKeys());
    if (!hint.empty()) notes.push_back("'" + option.key + "' has no effect" + hint);
    return {};
  }
  if (declared->scope != OptionScope::kJob && declared->scope != OptionScope::kPrompt) {
    notes.push_back("'" + option.key + "' has no effect here: it is an option of a process, see " +
                    "`weir config " + std::string(declared->key) + "`");
    return {};
  }
  if (Status fits = CheckOption(*declared, option.value); !fits.ok()) {
    const std::string shown =
        IsSecretOption(option.key) ? "" : " = '" + WithoutSecrets(option.value) + "'";
    return SqlError{fits.code(), "'" + option.key + "'" + shown + " " + fits.message(),
                    option.value_span, ""};
  }
  return {};
}

}  // namespace

SqlResult<StatementResult> Session::Run(const ast::Set& set) {
  if (!set.option) {
    StatementResult result =
        EmptyResult({{"key", DataType::String()}, {"value", DataType::String()}});
    for (const auto& [key, value] : config_.options) {
      result.rows.push_back({Value(key), Value(ShownOption(key, value))});
    }
    return result;
  }
  const ast::Option& option = *set.option;
  StatementResult result;
  if (option.key == kTimeZone && option.value != "default") {
    if (Status status = TimeZone::Load(option.value).status(); !status.ok()) {
      return SqlError{status.code(), status.message(), option.value_span, ""};
    }
  }
  SQL_RETURN_IF_ERROR(CheckDeclared(option, result.notes));
  if (option.key == kRuntimeMode && option.value != "streaming" && option.value != "STREAMING") {
    result.notes.push_back("'" + option.key + "' = '" + option.value +
                           "' has no effect: every job runs in streaming mode");
  }
  if (option.key == kCheckpointMode && AsciiUpper(option.value) == "AT_LEAST_ONCE") {
    result.notes.push_back("'" + option.key + "' = '" + option.value +
                           "' has no effect: every checkpoint is exactly once");
  }
  // The last one counts, whichever spelling it has.
  for (const std::string& key : SpellingsOf(option.key)) config_.options.erase(key);
  config_.options[option.key] = option.value;
  return result;
}

SqlResult<StatementResult> Session::Run(const ast::Reset& reset) {
  if (!reset.key) {
    config_ = initial_config_;
    return StatementResult();
  }
  for (const std::string& key : SpellingsOf(*reset.key)) {
    config_.options.erase(key);
    const auto initial = initial_config_.options.find(key);
    if (initial != initial_config_.options.end()) config_.options.insert(*initial);
  }
  return StatementResult();
}

// ------------------------------------------------------------------------------------------ tables

SqlResult<StatementResult> Session::Run(const ast::CreateTable& create) {
  if (create.query != nullptr) return CreateTableAs(create);
  ASSIGN_OR_RETURN(CatalogTable table, DefineTable(create, catalog_, Planner(), nullptr));
  SqlResult<bool> added =
      catalog_.Add(create.name, std::move(table), create.or_replace, create.if_not_exists);
  if (!added.ok()) return std::move(added).status();
  return OkResult();
}

// The table first, then the job that fills it; without a plan for the job there is no table.
SqlResult<StatementResult> Session::CreateTableAs(const ast::CreateTable& create) {
  ASSIGN_OR_RETURN(QueryPlanner::QuerySchema query, Planner().SchemaOf(*create.query));
  ASSIGN_OR_RETURN(CatalogTable table, DefineTable(create, catalog_, Planner(), &query.schema));
  Catalog before = catalog_;
  ASSIGN_OR_RETURN(bool added, catalog_.Add(create.name, std::move(table), create.or_replace,
                                            create.if_not_exists));
  if (!added) return OkResult();
  ast::Insert insert;
  insert.table = create.name;
  insert.span = create.name.span;
  insert.query = create.query;
  for (const Field& field : query.schema.fields()) {
    insert.columns.push_back({field.name, create.name.span});
  }
  SqlResult<StatementResult> result = RunInserts({&insert});
  if (!result.ok()) catalog_ = std::move(before);
  return result;
}

SqlResult<StatementResult> Session::Run(const ast::AlterTable& alter) {
  const CatalogObject* object = catalog_.FindPermanent(alter.name);
  if (object == nullptr || !std::holds_alternative<CatalogTable>(*object)) {
    if (alter.if_exists) return OkResult();
    return SqlError{StatusCode::kNotFound,
                    "Table " + QuotedPath(catalog_.Complete(alter.name)) +
                        " doesn't exist or is a temporary table.",
                    alter.name.span,
                    DidYouMean(alter.name.parts.back().text, catalog_.TableNames())};
  }
  if (const auto* rename = std::get_if<ast::RenameTo>(&alter.action)) {
    SQL_RETURN_IF_ERROR(catalog_.Rename(alter.name, rename->name));
    return OkResult();
  }
  ASSIGN_OR_RETURN(CatalogTable altered,
                   AlteredTable(std::get<CatalogTable>(*object), alter, Planner()));
  SQL_RETURN_IF_ERROR(catalog_.Replace(alter.name, std::move(altered)));
  return OkResult();
}

// ------------------------------------------------------------------------------------------- views

SqlResult<CatalogView> Session::MakeView(const ast::QueryPtr& query,
                                         const std::vector<ast::Identifier>& columns,
                                         const SourceSpan& span) const {
  ASSIGN_OR_RETURN(QueryPlanner::QuerySchema schema, Planner().SchemaOf(*query));
  if (!columns.empty() && columns.size() != schema.schema.size()) {
    return SqlError{StatusCode::kInvalidArgument,
                    "the view names " + std::to_string(columns.size()) +
                        " columns, its query has " + std::to_string(schema.schema.size()),
                    Cover(columns.front().span, columns.back().span), ""};
  }
  CatalogView view;
  view.base = catalog_.current();
  for (const ast::Identifier& column : columns) view.columns.push_back(column.text);
  view.query = query;
  view.text = Unparse(*query);
  return view;
}

SqlResult<StatementResult> Session::Run(const ast::CreateView& create) {
  ASSIGN_OR_RETURN(CatalogView view, MakeView(create.query, create.columns, create.name.span));
  view.temporary = create.temporary;
  view.comment = create.comment;
  SqlResult<bool> added =
      catalog_.Add(create.name, std::move(view), create.or_replace, create.if_not_exists);
  if (!added.ok()) return std::move(added).status();
  return OkResult();
}

SqlResult<StatementResult> Session::Run(const ast::AlterView& alter) {
  const CatalogObject* object = catalog_.FindPermanent(alter.name);
  if (object == nullptr || !std::holds_alternative<CatalogView>(*object)) {
    return SqlError{StatusCode::kNotFound,
                    "View " + QuotedPath(catalog_.Complete(alter.name)) +
                        " doesn't exist or is a temporary view.",
                    alter.name.span,
                    DidYouMean(alter.name.parts.back().text, catalog_.ViewNames())};
  }
  if (const auto* rename = std::get_if<ast::RenameTo>(&alter.action)) {
    SQL_RETURN_IF_ERROR(catalog_.Rename(alter.name, rename->name));
    return OkResult();
  }
  ASSIGN_OR_RETURN(CatalogView view,
                   MakeView(std::get<ast::QueryPtr>(alter.action), {}, alter.name.span));
  view.comment = std::get<CatalogView>(*object).comment;
  SQL_RETURN_IF_ERROR(catalog_.Replace(alter.name, std::move(view)));
  return OkResult();
}

// ------------------------------------------------------------------- other objects of the catalog

SqlResult<StatementResult> Session::Run(const ast::CreateFunction& create) {
  return Unsupported("a function of one's own", create.name.span,
                     "SHOW FUNCTIONS lists those that are there");
}

SqlResult<StatementResult> Session::Run(const ast::CreateCatalog& create) {
  const ast::Option* type = nullptr;
  for (const ast::Option& option : create.options) {
    if (option.key == "type") type = &option;
  }
  if (type == nullptr) {
    return SqlError{StatusCode::kInvalidArgument,
                    "Catalog options do not contain an option key 'type' for discovering a "
                    "catalog.",
                    create.name.span, "WITH ('type' = 'generic_in_memory')"};
  }
  if (type->value != "generic_in_memory") {
    return Unsupported("the catalog type '" + type->value + "'", type->value_span,
                       "'generic_in_memory' is the only one");
  }
  SQL_RETURN_IF_ERROR(catalog_.CreateCatalog(create.name, create.if_not_exists));
  return OkResult();
}

SqlResult<StatementResult> Session::Run(const ast::CreateDatabase& create) {
  SQL_RETURN_IF_ERROR(catalog_.CreateDatabase(create.name, create.if_not_exists));
  return OkResult();
}

SqlResult<StatementResult> Session::Run(const ast::UseCatalog& use) {
  SQL_RETURN_IF_ERROR(catalog_.UseCatalog(use.name));
  return OkResult();
}

SqlResult<StatementResult> Session::Run(const ast::UseDatabase& use) {
  SQL_RETURN_IF_ERROR(catalog_.UseDatabase(use.name));
  return OkResult();
}

SqlResult<StatementResult> Session::Run(const ast::UseModules& use) {
  for (const ast::Identifier& name : use.names) {
    if (name.text != "core") return Unsupported("the module `" + name.text + "`", name.span);
  }
  return OkResult();
}

SqlResult<StatementResult> Session::Run(const ast::Drop& drop) {
  switch (drop.kind) {
    case ast::ObjectKind::kTable:
    case ast::ObjectKind::kView:
      SQL_RETURN_IF_ERROR(catalog_.Drop(drop.name, drop.kind == ast::ObjectKind::kTable,
                                        drop.temporary, drop.if_exists));
      return OkResult();
    case ast::ObjectKind::kDatabase:
      SQL_RETURN_IF_ERROR(catalog_.DropDatabase(drop.name, drop.if_exists, drop.cascade));
      return OkResult();
    case ast::ObjectKind::kCatalog:
      SQL_RETURN_IF_ERROR(catalog_.DropCatalog(drop.name, drop.if_exists));
      return OkResult();
    case ast::ObjectKind::kFunction:
      break;
  }
  if (drop.if_exists) return OkResult();
  return SqlError{StatusCode::kNotFound, "Function " + drop.name.ToString() + " does not exist.",
                  drop.name.span, "built-in functions cannot be dropped"};
}

SqlResult<StatementResult> Session::Run(const ast::AlterDatabase& alter) {
  // The options of a database mean nothing, here as in Flink's catalog in memory.
  SQL_RETURN_IF_ERROR(catalog_.CheckDatabase(alter.name));
  return OkResult();
}

SqlResult<StatementResult> Session::Run(const ast::Show& show) {
  return sql::Show(show, catalog_, config_);
}

SqlResult<StatementResult> Session::Run(const ast::Describe& describe) {
  return sql::Describe(describe, catalog_, config_);
}

SqlResult<StatementResult> Session::Run(const ast::DescribeJob& describe) {
  return Unsupported("DESCRIBE JOB", SourceSpan{}, "use `weir info " + describe.id + "`");
}

SqlResult<StatementResult> Session::Run(const ast::StopJob& stop) {
  return Unsupported("STOP JOB", SourceSpan{}, "use `weir stop " + stop.id + "`");
}

}  // namespace weir::sql
