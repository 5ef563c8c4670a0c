#include "sql/parser_impl.h"

// CREATE and ALTER.

namespace weir::sql {

using ast::CreateTable;
using ast::Statement;

SqlResult<bool> Parser::ParseIfNotExists() {
  if (!Accept(Keyword::kIF)) return false;
  SQL_RETURN_IF_ERROR(Expect(Keyword::kNOT, Keyword::kEXISTS));
  return true;
}

SqlResult<bool> Parser::ParseIfExists() {
  if (!Accept(Keyword::kIF)) return false;
  SQL_RETURN_IF_ERROR(Expect(Keyword::kEXISTS));
  return true;
}

SqlResult<Statement> Parser::ParseCreate() {
  Take();
  const bool or_replace = Accept(Keyword::kOR, Keyword::kREPLACE);
  const bool temporary = Accept(Keyword::kTEMPORARY);
  Statement statement;
  if (Accept(Keyword::kTABLE)) {
    ASSIGN_OR_RETURN(CreateTable table, ParseCreateTable());
    table.or_replace = or_replace;
    table.temporary = temporary;
    statement.node = std::move(table);
    return statement;
  }
  if (Accept(Keyword::kVIEW)) {
    ASSIGN_OR_RETURN(ast::CreateView view, ParseCreateView());
    view.or_replace = or_replace;
    view.temporary = temporary;
    statement.node = std::move(view);
    return statement;
  }
  const bool system = temporary && Accept(Keyword::kSYSTEM);
  if (!or_replace && Accept(Keyword::kFUNCTION)) {
    ASSIGN_OR_RETURN(ast::CreateFunction function, ParseCreateFunction());
    function.temporary = temporary;
    function.system = system;
    statement.node = std::move(function);
    return statement;
  }
  if (!or_replace && !temporary && Accept(Keyword::kCATALOG)) {
    ASSIGN_OR_RETURN(statement.node, ParseCreateCatalog());
    return statement;
  }
  if (!or_replace && !temporary && Accept(Keyword::kDATABASE)) {
    ASSIGN_OR_RETURN(statement.node, ParseCreateDatabase());
    return statement;
  }
  return Unexpected("TABLE, VIEW, FUNCTION, CATALOG or DATABASE");
}

// ---------------------------------------------------------------------------------- CREATE TABLE

SqlResult<CreateTable> Parser::ParseCreateTable() {
  CreateTable table;
  ASSIGN_OR_RETURN(table.if_not_exists, ParseIfNotExists());
  ASSIGN_OR_RETURN(table.name, ParseName("a name for the table"));
  if (At(TokenKind::kLeftParen)) SQL_RETURN_IF_ERROR(ParseTableElements(&table));
  SQL_RETURN_IF_ERROR(ParseTableClauses(&table));
  if (Accept(Keyword::kLIKE)) {
    ASSIGN_OR_RETURN(table.like, ParseLikeClause());
  } else if (Accept(Keyword::kAS)) {
    ASSIGN_OR_RETURN(table.query, ParseQuery());
  } else if (!table.column_names.empty()) {
    return ErrorAt(table.column_names[0].span,
                   "the column `" + table.column_names[0].text + "` has no type",
                   "columns without a type are for CREATE TABLE ... AS SELECT");
  }
  return table;
}

// (column, ..., WATERMARK ..., PRIMARY KEY ...), or the bare names of CREATE TABLE t (a, b) AS
SqlStatus Parser::ParseTableElements(CreateTable* table) {
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  if (AtIdentifier() && (At(TokenKind::kComma, 1) || At(TokenKind::kRightParen, 1))) {
    ASSIGN_OR_RETURN(table->column_names, ParseIdentifierList("a column name"));
    return Expect(TokenKind::kRightParen);
  }
  do {
    SQL_RETURN_IF_ERROR(ParseTableElement(table));
  } while (Accept(TokenKind::kComma));
  SetFollow("','");
  return Expect(TokenKind::kRightParen);
}

bool Parser::AtConstraint() const {
  return At(Keyword::kCONSTRAINT) || At(Keyword::kPRIMARY) || At(Keyword::kUNIQUE);
}

SqlStatus Parser::ParseTableElement(CreateTable* table) {
  if (At(Keyword::kWATERMARK)) {
    ASSIGN_OR_RETURN(ast::WatermarkDefinition watermark, ParseWatermark());
    table->watermarks.push_back(std::move(watermark));
    return {};
  }
  if (AtConstraint()) {
    ASSIGN_OR_RETURN(ast::KeyConstraint constraint, ParseConstraint());
    table->constraints.push_back(std::move(constraint));
    return {};
  }
  alias_at_ = at_;  // for the hint when a column has no sense
  alias_expected_ = {Keyword::kWATERMARK, Keyword::kPRIMARY, Keyword::kCONSTRAINT};
  ASSIGN_OR_RETURN(ast::ColumnDefinition column, ParseColumn());
  table->columns.push_back(std::move(column));
  return {};
}

SqlResult<ast::ColumnDefinition> Parser::ParseColumn() {
  const SourceSpan start = Here();
  ast::ColumnDefinition column;
  ASSIGN_OR_RETURN(column.name, ParseIdentifier("a column name"));
  if (Accept(Keyword::kAS)) {
    ast::ComputedColumn computed;
    ASSIGN_OR_RETURN(computed.expr, ParseExpr());
    column.kind = std::move(computed);
  } else {
    SetFollow("AS");
    ASSIGN_OR_RETURN(ast::TypeName type, ParseType());
    if (Accept(Keyword::kMETADATA)) {
      ast::MetadataColumn metadata;
      metadata.type = std::move(type);
      if (Accept(Keyword::kFROM)) {
        ASSIGN_OR_RETURN(metadata.key, ParseString("the metadata key in single quotes"));
      }
      metadata.is_virtual = Accept(Keyword::kVIRTUAL);
      column.kind = std::move(metadata);
    } else {
      column.kind = ast::PhysicalColumn{std::move(type)};
    }
  }
  SQL_RETURN_IF_ERROR(ParseColumnKey(&column));
  if (Accept(Keyword::kCOMMENT)) {
    ASSIGN_OR_RETURN(column.comment, ParseString("the comment in single quotes"));
  }
  column.span = From(start);
  return column;
}

SqlStatus Parser::ParseColumnKey(ast::ColumnDefinition* column) {
  if (!Accept(Keyword::kPRIMARY)) return {};
  SQL_RETURN_IF_ERROR(Expect(Keyword::kKEY));
  column->primary_key = true;
  column->enforced = !Accept(Keyword::kNOT);
  if (!column->enforced) return Expect(Keyword::kENFORCED);
  Accept(Keyword::kENFORCED);
  return {};
}

SqlResult<ast::KeyConstraint> Parser::ParseConstraint() {
  const SourceSpan start = Here();
  ast::KeyConstraint constraint;
  if (Accept(Keyword::kCONSTRAINT)) {
    ASSIGN_OR_RETURN(constraint.name, ParseIdentifier("a name for the constraint"));
  }
  if (Accept(Keyword::kPRIMARY)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kKEY));
  } else if (Accept(Keyword::kUNIQUE)) {
    constraint.primary = false;
  } else {
    return Unexpected("PRIMARY KEY");
  }
  ASSIGN_OR_RETURN(constraint.columns, ParseParenthesizedIdentifiers("a column name"));
  if (Accept(Keyword::kNOT)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kENFORCED));
    constraint.enforced = false;
  } else {
    Accept(Keyword::kENFORCED);
  }
  constraint.span = From(start);
  return constraint;
}

SqlResult<ast::WatermarkDefinition> Parser::ParseWatermark() {
  const SourceSpan start = Take().span;
  ast::WatermarkDefinition watermark;
  SQL_RETURN_IF_ERROR(Expect(Keyword::kFOR));
  ASSIGN_OR_RETURN(watermark.column, ParseName("the name of the time column"));
  SQL_RETURN_IF_ERROR(Expect(Keyword::kAS));
  ASSIGN_OR_RETURN(watermark.expr, ParseExpr());
  watermark.span = From(start);
  return watermark;
}

SqlStatus Parser::ParseTableClauses(CreateTable* table) {
  if (Accept(Keyword::kCOMMENT)) {
    ASSIGN_OR_RETURN(table->comment, ParseString("the comment in single quotes"));
  }
  if (AtAny({Keyword::kDISTRIBUTED})) {
    ASSIGN_OR_RETURN(table->distribution, ParseDistribution());
  }
  if (Accept(Keyword::kPARTITIONED)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kBY));
    ASSIGN_OR_RETURN(table->partitioned_by, ParseParenthesizedIdentifiers("a column name"));
  }
  if (Accept(Keyword::kWITH)) {
    ASSIGN_OR_RETURN(table->options, ParseOptions());
  }
  SetFollow("WITH, LIKE, AS");
  return {};
}

// DISTRIBUTED BY [HASH|RANGE] (a, b) [INTO n BUCKETS], DISTRIBUTED INTO n BUCKETS
SqlResult<ast::Distribution> Parser::ParseDistribution() {
  Take();
  ast::Distribution distribution;
  if (Accept(Keyword::kBY)) {
    if (AtAny({Keyword::kHASH, Keyword::kRANGE})) distribution.kind = KeywordText(Take().keyword);
    ASSIGN_OR_RETURN(distribution.columns, ParseParenthesizedIdentifiers("a column name"));
    if (!At(Keyword::kINTO)) return distribution;
  }
  SQL_RETURN_IF_ERROR(Expect(Keyword::kINTO));
  ASSIGN_OR_RETURN(distribution.buckets, ParseInteger("a number of buckets"));
  SQL_RETURN_IF_ERROR(Expect(Keyword::kBUCKETS));
  return distribution;
}

SqlResult<ast::LikeClause> Parser::ParseLikeClause() {
  ast::LikeClause like;
  ASSIGN_OR_RETURN(like.table, ParseName("a table name"));
  if (!Accept(TokenKind::kLeftParen)) return like;
  while (!At(TokenKind::kRightParen)) {
    ASSIGN_OR_RETURN(ast::LikeRule rule, ParseLikeRule());
    like.rules.push_back(rule);
  }
  Take();
  return like;
}

SqlResult<ast::LikeRule> Parser::ParseLikeRule() {
  ast::LikeRule rule{};
  if (Accept(Keyword::kINCLUDING)) {
    rule.action = ast::LikeAction::kIncluding;
  } else if (Accept(Keyword::kEXCLUDING)) {
    rule.action = ast::LikeAction::kExcluding;
  } else if (Accept(Keyword::kOVERWRITING)) {
    rule.action = ast::LikeAction::kOverwriting;
  } else {
    return Unexpected("INCLUDING, EXCLUDING, OVERWRITING or ')'");
  }
  if (Accept(Keyword::kALL)) {
    rule.scope = ast::LikeScope::kAll;
  } else if (Accept(Keyword::kCONSTRAINTS)) {
    rule.scope = ast::LikeScope::kConstraints;
  } else if (Accept(Keyword::kDISTRIBUTION)) {
    rule.scope = ast::LikeScope::kDistribution;
  } else if (Accept(Keyword::kGENERATED)) {
    rule.scope = ast::LikeScope::kGenerated;
  } else if (Accept(Keyword::kMETADATA)) {
    rule.scope = ast::LikeScope::kMetadata;
  } else if (Accept(Keyword::kOPTIONS)) {
    rule.scope = ast::LikeScope::kOptions;
  } else if (Accept(Keyword::kPARTITIONS)) {
    rule.scope = ast::LikeScope::kPartitions;
  } else if (Accept(Keyword::kWATERMARKS)) {
    rule.scope = ast::LikeScope::kWatermarks;
  } else {
    return Unexpected(
        "ALL, CONSTRAINTS, DISTRIBUTION, GENERATED, METADATA, OPTIONS, PARTITIONS or WATERMARKS");
  }
  return rule;
}

// ---------------------------------------------------------------------------------- other CREATEs

SqlResult<ast::CreateView> Parser::ParseCreateView() {
  ast::CreateView view;
  ASSIGN_OR_RETURN(view.if_not_exists, ParseIfNotExists());
  ASSIGN_OR_RETURN(view.name, ParseName("a name for the view"));
  if (At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(view.columns, ParseParenthesizedIdentifiers("a column name"));
  }
  if (Accept(Keyword::kCOMMENT)) {
    ASSIGN_OR_RETURN(view.comment, ParseString("the comment in single quotes"));
  }
  SQL_RETURN_IF_ERROR(Expect(Keyword::kAS));
  ASSIGN_OR_RETURN(view.query, ParseQuery());
  return view;
}

SqlResult<ast::CreateFunction> Parser::ParseCreateFunction() {
  ast::CreateFunction function;
  ASSIGN_OR_RETURN(function.if_not_exists, ParseIfNotExists());
  ASSIGN_OR_RETURN(function.name, ParseName("a name for the function"));
  SQL_RETURN_IF_ERROR(Expect(Keyword::kAS));
  ASSIGN_OR_RETURN(function.class_name, ParseString("the class name in single quotes"));
  if (Accept(Keyword::kLANGUAGE)) {
    if (!AtAny({Keyword::kJAVA, Keyword::kSCALA, Keyword::kPYTHON})) {
      return Unexpected("JAVA, SCALA or PYTHON");
    }
    function.language = KeywordText(Take().keyword);
  }
  if (Accept(Keyword::kUSING)) {
    do {
      SQL_RETURN_IF_ERROR(Expect(Keyword::kJAR));
      ASSIGN_OR_RETURN(std::string jar, ParseString("the path in single quotes"));
      function.jars.push_back(std::move(jar));
    } while (Accept(TokenKind::kComma));
  }
  return function;
}

SqlResult<ast::CreateCatalog> Parser::ParseCreateCatalog() {
  ast::CreateCatalog catalog;
  ASSIGN_OR_RETURN(catalog.if_not_exists, ParseIfNotExists());
  ASSIGN_OR_RETURN(catalog.name, ParseIdentifier("a name for the catalog"));
  if (Accept(Keyword::kCOMMENT)) {
    ASSIGN_OR_RETURN(catalog.comment, ParseString("the comment in single quotes"));
  }
  if (Accept(Keyword::kWITH)) {
    ASSIGN_OR_RETURN(catalog.options, ParseOptions());
  }
  return catalog;
}

SqlResult<ast::CreateDatabase> Parser::ParseCreateDatabase() {
  ast::CreateDatabase database;
  ASSIGN_OR_RETURN(database.if_not_exists, ParseIfNotExists());
  ASSIGN_OR_RETURN(database.name, ParseName("a name for the database"));
  if (Accept(Keyword::kCOMMENT)) {
    ASSIGN_OR_RETURN(database.comment, ParseString("the comment in single quotes"));
  }
  if (Accept(Keyword::kWITH)) {
    ASSIGN_OR_RETURN(database.options, ParseOptions());
  }
  return database;
}

// ------------------------------------------------------------------------------------------ ALTER

SqlResult<Statement> Parser::ParseAlter() {
  Take();
  Statement statement;
  if (Accept(Keyword::kTABLE)) {
    ASSIGN_OR_RETURN(statement.node, ParseAlterTable());
    return statement;
  }
  if (Accept(Keyword::kVIEW)) {
    ASSIGN_OR_RETURN(statement.node, ParseAlterView());
    return statement;
  }
  if (Accept(Keyword::kDATABASE)) {
    ast::AlterDatabase alter;
    ASSIGN_OR_RETURN(alter.name, ParseName("a database name"));
    SQL_RETURN_IF_ERROR(Expect(Keyword::kSET));
    ASSIGN_OR_RETURN(alter.options, ParseOptions());
    statement.node = std::move(alter);
    return statement;
  }
  return Unexpected("TABLE, VIEW or DATABASE");
}

SqlResult<ast::AlterTable> Parser::ParseAlterTable() {
  ast::AlterTable alter;
  ASSIGN_OR_RETURN(alter.if_exists, ParseIfExists());
  ASSIGN_OR_RETURN(alter.name, ParseName("a table name"));
  if (Accept(Keyword::kADD)) {
    ASSIGN_OR_RETURN(alter.action, ParseAlterSchema(/*modify=*/false));
  } else if (Accept(Keyword::kMODIFY)) {
    ASSIGN_OR_RETURN(alter.action, ParseAlterSchema(/*modify=*/true));
  } else if (Accept(Keyword::kDROP)) {
    SQL_RETURN_IF_ERROR(ParseAlterTableDrop(&alter));
  } else if (Accept(Keyword::kRENAME)) {
    if (Accept(Keyword::kTO)) {
      ast::RenameTo rename;
      ASSIGN_OR_RETURN(rename.name, ParseName("the new name"));
      alter.action = std::move(rename);
    } else {
      ast::RenameColumn rename;
      ASSIGN_OR_RETURN(rename.from, ParseIdentifier("TO or a column name"));
      SQL_RETURN_IF_ERROR(Expect(Keyword::kTO));
      ASSIGN_OR_RETURN(rename.to, ParseIdentifier("the new name"));
      alter.action = std::move(rename);
    }
  } else if (Accept(Keyword::kSET)) {
    ast::SetOptions set;
    ASSIGN_OR_RETURN(set.options, ParseOptions());
    alter.action = std::move(set);
  } else if (Accept(Keyword::kRESET)) {
    ast::ResetOptions reset;
    ASSIGN_OR_RETURN(reset.keys, ParseOptionKeys());
    alter.action = std::move(reset);
  } else {
    return Unexpected("ADD, MODIFY, DROP, RENAME, SET or RESET");
  }
  return alter;
}

SqlResult<ast::AlterSchema> Parser::ParseAlterSchema(bool modify) {
  ast::AlterSchema schema;
  schema.modify = modify;
  if (!Accept(TokenKind::kLeftParen)) {
    SQL_RETURN_IF_ERROR(ParseAlterElement(&schema));
    return schema;
  }
  do {
    SQL_RETURN_IF_ERROR(ParseAlterElement(&schema));
  } while (Accept(TokenKind::kComma));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return schema;
}

SqlStatus Parser::ParseAlterElement(ast::AlterSchema* schema) {
  if (At(Keyword::kWATERMARK)) {
    const SourceSpan start = Here();
    ASSIGN_OR_RETURN(ast::WatermarkDefinition watermark, ParseWatermark());
    if (schema->watermark) return ErrorAt(From(start), "a table has at most one watermark");
    schema->watermark = std::move(watermark);
    return {};
  }
  if (AtConstraint()) {
    ASSIGN_OR_RETURN(ast::KeyConstraint constraint, ParseConstraint());
    schema->constraints.push_back(std::move(constraint));
    return {};
  }
  ast::AddColumn add;
  ASSIGN_OR_RETURN(add.column, ParseColumn());
  add.first = Accept(Keyword::kFIRST);
  if (!add.first && Accept(Keyword::kAFTER)) {
    ASSIGN_OR_RETURN(add.after, ParseIdentifier("a column name"));
  }
  schema->columns.push_back(std::move(add));
  return {};
}

SqlStatus Parser::ParseAlterTableDrop(ast::AlterTable* alter) {
  if (Accept(Keyword::kPRIMARY, Keyword::kKEY)) {
    alter->action = ast::DropPrimaryKey{};
    return {};
  }
  if (Accept(Keyword::kWATERMARK)) {
    alter->action = ast::DropWatermark{};
    return {};
  }
  if (Accept(Keyword::kCONSTRAINT)) {
    ast::DropConstraint drop;
    ASSIGN_OR_RETURN(drop.name, ParseIdentifier("the constraint's name"));
    alter->action = std::move(drop);
    return {};
  }
  ast::DropColumns drop;
  if (At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(drop.columns, ParseParenthesizedIdentifiers("a column name"));
  } else {
    ASSIGN_OR_RETURN(ast::Identifier column,
                     ParseIdentifier("a column name, PRIMARY KEY, CONSTRAINT or WATERMARK"));
    drop.columns.push_back(std::move(column));
  }
  alter->action = std::move(drop);
  return {};
}

SqlResult<ast::AlterView> Parser::ParseAlterView() {
  ast::AlterView alter;
  ASSIGN_OR_RETURN(alter.name, ParseName("a view name"));
  if (Accept(Keyword::kRENAME)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kTO));
    ast::RenameTo rename;
    ASSIGN_OR_RETURN(rename.name, ParseName("the new name"));
    alter.action = std::move(rename);
    return alter;
  }
  if (!Accept(Keyword::kAS)) return Unexpected("RENAME TO or AS");
  ASSIGN_OR_RETURN(alter.action, ParseQuery());
  return alter;
}

SqlResult<std::vector<std::string>> Parser::ParseOptionKeys() {
  std::vector<std::string> keys;
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  do {
    ASSIGN_OR_RETURN(std::string key, ParseString("an option's key in single quotes"));
    keys.push_back(std::move(key));
  } while (Accept(TokenKind::kComma));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return keys;
}

}  // namespace weir::sql
