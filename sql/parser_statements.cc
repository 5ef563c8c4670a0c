#include "sql/parser_impl.h"

// Statements other than CREATE and ALTER, and the script they stand in.

namespace weir::sql {

using ast::Statement;

SqlResult<std::vector<Statement>> Parser::ParseScript() {
  std::vector<Statement> script;
  while (true) {
    while (Accept(TokenKind::kSemicolon)) {
    }
    if (At(TokenKind::kEnd)) return script;
    ASSIGN_OR_RETURN(Statement statement, ParseOneStatement());
    script.push_back(std::move(statement));
    if (!At(TokenKind::kEnd) && !Accept(TokenKind::kSemicolon)) {
      return Unexpected(follow_at_ == at_ ? "';'" : "';' or the end of the text");
    }
  }
}

SqlResult<Statement> Parser::ParseOneStatement() {
  const SourceSpan start = Here();
  ASSIGN_OR_RETURN(Statement statement, ParseStatementNode());
  statement.span = From(start);
  return statement;
}

SqlResult<Statement> Parser::ParseStatementNode() {
  AtAny({Keyword::kCREATE, Keyword::kALTER, Keyword::kDROP, Keyword::kINSERT, Keyword::kSELECT,
         Keyword::kWITH, Keyword::kVALUES, Keyword::kEXECUTE, Keyword::kBEGIN, Keyword::kEXPLAIN,
         Keyword::kSHOW, Keyword::kDESCRIBE, Keyword::kDESC, Keyword::kUSE, Keyword::kSET,
         Keyword::kRESET, Keyword::kSTOP});  // for the hint
  Statement statement;
  switch (Peek().keyword) {
    case Keyword::kCREATE:
      return ParseCreate();
    case Keyword::kALTER:
      return ParseAlter();
    case Keyword::kUSE:
      return ParseUse();
    case Keyword::kDESCRIBE:
    case Keyword::kDESC:
      return ParseDescribe();
    case Keyword::kDROP: {
      ASSIGN_OR_RETURN(statement.node, ParseDrop());
      return statement;
    }
    case Keyword::kINSERT: {
      ASSIGN_OR_RETURN(statement.node, ParseInsert());
      return statement;
    }
    case Keyword::kEXPLAIN: {
      ASSIGN_OR_RETURN(statement.node, ParseExplain());
      return statement;
    }
    case Keyword::kSHOW: {
      ASSIGN_OR_RETURN(statement.node, ParseShow());
      return statement;
    }
    case Keyword::kSET: {
      ASSIGN_OR_RETURN(statement.node, ParseSet());
      return statement;
    }
    case Keyword::kRESET: {
      ASSIGN_OR_RETURN(statement.node, ParseReset());
      return statement;
    }
    case Keyword::kSTOP: {
      ASSIGN_OR_RETURN(statement.node, ParseStopJob());
      return statement;
    }
    case Keyword::kBEGIN: {
      ASSIGN_OR_RETURN(statement.node, ParseStatementSet());
      return statement;
    }
    case Keyword::kEXECUTE: {
      // EXECUTE STATEMENT SET, or EXECUTE in front of a single INSERT or query.
      if (At(Keyword::kINSERT, 1) || AtQueryStart(1)) {
        Take();
        return ParseStatementNode();
      }
      ASSIGN_OR_RETURN(statement.node, ParseStatementSet());
      return statement;
    }
    default:
      break;
  }
  if (AtAny({Keyword::kUPDATE, Keyword::kDELETE, Keyword::kMERGE})) {
    return ErrorAt(
        Here(), std::string(TextOf(Peek())) + " is not supported",
        "a table is written by INSERT INTO; with a PRIMARY KEY new rows replace old ones");
  }
  if (!AtQueryStart() && !At(TokenKind::kLeftParen)) {
    return Unexpected("a statement (SELECT, INSERT, CREATE, SET, ...)");
  }
  ast::QueryStatement query;
  ASSIGN_OR_RETURN(query.query, ParseQuery());
  statement.node = std::move(query);
  return statement;
}

// ----------------------------------------------------------------------------------------- INSERT

SqlResult<ast::Insert> Parser::ParseInsert() {
  const SourceSpan start = Here();
  SQL_RETURN_IF_ERROR(Expect(Keyword::kINSERT));
  ast::Insert insert;
  if (Accept(Keyword::kOVERWRITE)) {
    insert.overwrite = true;
    Accept(Keyword::kINTO);
  } else if (!Accept(Keyword::kINTO)) {
    return Unexpected("INTO or OVERWRITE");
  }
  ASSIGN_OR_RETURN(insert.table, ParseName("a table name"));
  if (At(TokenKind::kHintBegin)) {
    ASSIGN_OR_RETURN(insert.hints, ParseHints());
  }
  ASSIGN_OR_RETURN(insert.partition, ParsePartition());
  if (At(TokenKind::kLeftParen) && !ParenthesesHoldQuery()) {
    ASSIGN_OR_RETURN(insert.columns, ParseParenthesizedIdentifiers("a column name or a query"));
  }
  ASSIGN_OR_RETURN(insert.query, ParseQuery());
  insert.span = From(start);
  return insert;
}

// PARTITION (column [= value], ...), or nothing.
SqlResult<std::vector<ast::PartitionValue>> Parser::ParsePartition() {
  std::vector<ast::PartitionValue> partition;
  if (!Accept(Keyword::kPARTITION)) return partition;
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  do {
    ast::PartitionValue& value = partition.emplace_back();
    ASSIGN_OR_RETURN(value.column, ParseIdentifier("a column name"));
    if (Accept(TokenKind::kEqual)) {
      ASSIGN_OR_RETURN(value.value, ParseExpr());
    }
  } while (Accept(TokenKind::kComma));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return partition;
}

// EXECUTE STATEMENT SET BEGIN ...; END   or   BEGIN STATEMENT SET; ...; END
SqlResult<ast::StatementSet> Parser::ParseStatementSet() {
  if (Accept(Keyword::kEXECUTE)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kSTATEMENT, Keyword::kSET));
    SQL_RETURN_IF_ERROR(Expect(Keyword::kBEGIN));
  } else {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kBEGIN));
    SQL_RETURN_IF_ERROR(Expect(Keyword::kSTATEMENT, Keyword::kSET));
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kSemicolon));
  }
  return ParseInsertsUntilEnd();
}

SqlResult<ast::StatementSet> Parser::ParseInsertsUntilEnd() {
  ast::StatementSet set;
  while (!Accept(Keyword::kEND)) {
    if (!AtAny({Keyword::kINSERT})) return Unexpected("INSERT or END");
    ASSIGN_OR_RETURN(ast::Insert insert, ParseInsert());
    set.inserts.push_back(std::move(insert));
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kSemicolon));
  }
  if (set.inserts.empty()) return ErrorAt(Previous().span, "the statement set is empty");
  return set;
}

SqlResult<ast::Explain> Parser::ParseExplain() {
  Take();
  ast::Explain explain;
  if (Accept(Keyword::kPLAN)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kFOR));
  } else {
    while (AtAny({Keyword::kESTIMATED_COST, Keyword::kCHANGELOG_MODE, Keyword::kPLAN_ADVICE,
                  Keyword::kJSON_EXECUTION_PLAN})) {
      explain.details.emplace_back(KeywordText(Take().keyword));
      if (!Accept(TokenKind::kComma)) break;
    }
  }
  if (At(Keyword::kINSERT)) {
    ASSIGN_OR_RETURN(explain.statement, ParseInsert());
  } else if (Accept(Keyword::kSTATEMENT)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kSET, Keyword::kBEGIN));
    ASSIGN_OR_RETURN(explain.statement, ParseInsertsUntilEnd());
  } else if (At(Keyword::kEXECUTE)) {
    ASSIGN_OR_RETURN(explain.statement, ParseStatementSet());
  } else {
    ast::QueryStatement query;
    ASSIGN_OR_RETURN(query.query, ParseQuery());
    explain.statement = std::move(query);
  }
  return explain;
}

// ------------------------------------------------------------------------------------- SHOW, USE

SqlResult<ast::Show> Parser::ParseShow() {
  Take();
  ast::Show show{};
  if (Accept(Keyword::kCREATE)) {
    SQL_RETURN_IF_ERROR(ParseShowCreate(&show));
    return show;
  }
  if (Accept(Keyword::kCURRENT)) {
    if (Accept(Keyword::kCATALOG)) {
      show.kind = ast::ShowKind::kCurrentCatalog;
    } else {
      SQL_RETURN_IF_ERROR(Expect(Keyword::kDATABASE));
      show.kind = ast::ShowKind::kCurrentDatabase;
    }
    return show;
  }
  if (Accept(Keyword::kJOBS)) {
    show.kind = ast::ShowKind::kJobs;
    return show;
  }
  if (Accept(Keyword::kJARS)) {
    show.kind = ast::ShowKind::kJars;
    return show;
  }
  if (Accept(Keyword::kFULL)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kMODULES));
    show.kind = ast::ShowKind::kFullModules;
    return show;
  }
  if (Accept(Keyword::kMODULES)) {
    show.kind = ast::ShowKind::kModules;
    return show;
  }
  if (Accept(Keyword::kPARTITIONS)) {
    show.kind = ast::ShowKind::kPartitions;
    ASSIGN_OR_RETURN(show.of, ParseName("a table name"));
    ASSIGN_OR_RETURN(show.partition, ParsePartition());
    return show;
  }
  const bool user = Accept(Keyword::kUSER);
  if (Accept(Keyword::kFUNCTIONS)) {
    show.kind = user ? ast::ShowKind::kUserFunctions : ast::ShowKind::kFunctions;
  } else if (!user && Accept(Keyword::kTABLES)) {
    show.kind = ast::ShowKind::kTables;
  } else if (!user && Accept(Keyword::kVIEWS)) {
    show.kind = ast::ShowKind::kViews;
  } else if (!user && Accept(Keyword::kDATABASES)) {
    show.kind = ast::ShowKind::kDatabases;
  } else if (!user && Accept(Keyword::kCATALOGS)) {
    show.kind = ast::ShowKind::kCatalogs;
  } else if (!user && Accept(Keyword::kCOLUMNS)) {
    show.kind = ast::ShowKind::kColumns;
  } else {
    return Unexpected(
        user ? "FUNCTIONS"
             : "TABLES, VIEWS, FUNCTIONS, COLUMNS, DATABASES, CATALOGS, JOBS, CREATE or CURRENT");
  }
  SQL_RETURN_IF_ERROR(ParseShowFilter(&show));
  return show;
}

SqlStatus Parser::ParseShowCreate(ast::Show* show) {
  if (Accept(Keyword::kTABLE)) {
    show->kind = ast::ShowKind::kCreateTable;
  } else if (Accept(Keyword::kVIEW)) {
    show->kind = ast::ShowKind::kCreateView;
  } else if (Accept(Keyword::kCATALOG)) {
    show->kind = ast::ShowKind::kCreateCatalog;
  } else {
    return Unexpected("TABLE, VIEW or CATALOG");
  }
  ASSIGN_OR_RETURN(show->of, ParseName("a name"));
  return {};
}

// [FROM|IN name] [[NOT] LIKE|ILIKE 'pattern']
SqlStatus Parser::ParseShowFilter(ast::Show* show) {
  if (Accept(Keyword::kFROM) || Accept(Keyword::kIN)) {
    ASSIGN_OR_RETURN(show->of, ParseName("a name"));
  } else if (show->kind == ast::ShowKind::kColumns) {
    return Unexpected("FROM or IN");
  }
  show->negated = Accept(Keyword::kNOT);
  if (Accept(Keyword::kILIKE)) {
    show->case_insensitive = true;
  } else if (!Accept(Keyword::kLIKE)) {
    return show->negated ? SqlStatus(Unexpected("LIKE or ILIKE")) : SqlStatus();
  }
  ASSIGN_OR_RETURN(show->like, ParseString("a pattern in single quotes"));
  return {};
}

SqlResult<Statement> Parser::ParseDescribe() {
  Take();
  Statement statement;
  if (At(Keyword::kJOB) && At(TokenKind::kString, 1)) {
    Take();
    ast::DescribeJob job;
    ASSIGN_OR_RETURN(job.id, ParseString("a job id"));
    statement.node = std::move(job);
    return statement;
  }
  ast::Describe describe;
  const auto accept_kind = [&](Keyword keyword, ast::ObjectKind kind) {
    if (!At(keyword) || (!AtIdentifier(1) && !At(Keyword::kEXTENDED, 1))) return;
    Take();
    describe.kind = kind;
  };
  accept_kind(Keyword::kCATALOG, ast::ObjectKind::kCatalog);
  accept_kind(Keyword::kDATABASE, ast::ObjectKind::kDatabase);
  accept_kind(Keyword::kFUNCTION, ast::ObjectKind::kFunction);
  describe.extended = Accept(Keyword::kEXTENDED);
  ASSIGN_OR_RETURN(describe.name, ParseName("a table name"));
  statement.node = std::move(describe);
  return statement;
}

SqlResult<Statement> Parser::ParseUse() {
  Take();
  Statement statement;
  if (Accept(Keyword::kCATALOG)) {
    ast::UseCatalog use;
    ASSIGN_OR_RETURN(use.name, ParseIdentifier("a catalog name"));
    statement.node = std::move(use);
  } else if (Accept(Keyword::kMODULES)) {
    ast::UseModules use;
    ASSIGN_OR_RETURN(use.names, ParseIdentifierList("a module name"));
    statement.node = std::move(use);
  } else {
    ast::UseDatabase use;
    ASSIGN_OR_RETURN(use.name, ParseName("CATALOG or a database name"));
    statement.node = std::move(use);
  }
  return statement;
}

SqlResult<ast::Drop> Parser::ParseDrop() {
  Take();
  ast::Drop drop{};
  drop.temporary = Accept(Keyword::kTEMPORARY);
  drop.system = drop.temporary && Accept(Keyword::kSYSTEM);
  if (!drop.system && Accept(Keyword::kTABLE)) {
    drop.kind = ast::ObjectKind::kTable;
  } else if (!drop.system && Accept(Keyword::kVIEW)) {
    drop.kind = ast::ObjectKind::kView;
  } else if (Accept(Keyword::kFUNCTION)) {
    drop.kind = ast::ObjectKind::kFunction;
  } else if (!drop.temporary && Accept(Keyword::kDATABASE)) {
    drop.kind = ast::ObjectKind::kDatabase;
  } else if (!drop.temporary && Accept(Keyword::kCATALOG)) {
    drop.kind = ast::ObjectKind::kCatalog;
  } else {
    return Unexpected("TABLE, VIEW, FUNCTION, DATABASE or CATALOG");
  }
  ASSIGN_OR_RETURN(drop.if_exists, ParseIfExists());
  ASSIGN_OR_RETURN(drop.name, ParseName("a name"));
  if (drop.kind == ast::ObjectKind::kDatabase) {
    if (Accept(Keyword::kCASCADE)) {
      drop.cascade = true;
    } else {
      Accept(Keyword::kRESTRICT);
    }
  }
  return drop;
}

// ------------------------------------------------------------------------------ SET, RESET, STOP

SqlResult<ast::Set> Parser::ParseSet() {
  Take();
  ast::Set set;
  if (At(TokenKind::kSemicolon) || At(TokenKind::kEnd)) return set;
  const size_t begin = at_;
  SqlResult<ast::Option> option = ParseOption();
  if (!option.ok()) {
    SqlError error = std::move(option).status().error();
    if (at_ == begin && AtIdentifier()) error.hint = "write SET 'key' = 'value', both in quotes";
    return error;
  }
  set.option = *std::move(option);
  return set;
}

SqlResult<ast::Reset> Parser::ParseReset() {
  Take();
  ast::Reset reset;
  if (At(TokenKind::kSemicolon) || At(TokenKind::kEnd)) return reset;
  ASSIGN_OR_RETURN(reset.key, ParseString("an option's key in single quotes"));
  return reset;
}

SqlResult<ast::StopJob> Parser::ParseStopJob() {
  Take();
  SQL_RETURN_IF_ERROR(Expect(Keyword::kJOB));
  ast::StopJob stop;
  ASSIGN_OR_RETURN(stop.id, ParseString("the job's id in single quotes"));
  while (Accept(Keyword::kWITH)) {
    if (Accept(Keyword::kSAVEPOINT)) {
      stop.with_savepoint = true;
    } else {
      SQL_RETURN_IF_ERROR(Expect(Keyword::kDRAIN));
      stop.with_drain = true;
    }
  }
  return stop;
}

}  // namespace weir::sql
