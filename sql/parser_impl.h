#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/ast.h"
#include "sql/ast_statements.h"
#include "sql/diagnostics.h"
#include "sql/lexer.h"
#include "sql/parser.h"

// The recursive-descent parser behind parser.h; only the parser_*.cc files include this. Each
// method Parse... stands at the first token of what it parses and leaves behind the last.

namespace weir::sql {

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens);

  SqlResult<std::vector<ast::Statement>> ParseScript();
  SqlResult<ast::QueryPtr> ParseQuery();
  SqlResult<ast::ExprPtr> ParseExpr() { return ParseExpr(0); }
  SqlResult<ast::TypeName> ParseType();
  SqlStatus ExpectEnd();

 private:
  // --- parser.cc: tokens, errors, names, lists -------------------------------------------------
  const Token& Peek(size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& Previous() const { return tokens_[at_ - 1]; }
  const Token& Take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  std::string_view TextOf(const Token& token) const {
    return text_.substr(token.span.offset, token.span.length);
  }

  bool At(TokenKind kind, size_t ahead = 0) const { return Peek(ahead).kind == kind; }
  bool At(Keyword keyword, size_t ahead = 0) const { return Peek(ahead).keyword == keyword; }
  // Stands at one of `keywords`; remembers all of them as what could have stood here.
  bool AtAny(std::initializer_list<Keyword> keywords);
  bool Accept(TokenKind kind);
  bool Accept(Keyword keyword);
  bool Accept(Keyword first, Keyword second);  // both or nothing
  SqlStatus Expect(TokenKind kind);
  SqlStatus Expect(Keyword keyword);
  SqlStatus Expect(Keyword first, Keyword second);

  // "found 'x', expected <expected>"; what SetFollow said comes before it. With a hint when the
  // word is reserved or nearly a keyword that could have stood here.
  SqlError Unexpected(std::string_view expected);
  SqlError ErrorAt(const SourceSpan& span, std::string message, std::string hint = "") const;
  std::string HintForUnexpected(bool name_expected) const;
  // What could continue after the part that was just parsed, for the next error message.
  void SetFollow(std::string_view follow);

  SourceSpan Here() const { return Peek().span; }
  SourceSpan From(const SourceSpan& start) const { return Cover(start, Previous().span); }

  bool AtIdentifier(size_t ahead = 0) const;
  SqlResult<ast::Identifier> ParseIdentifier(std::string_view what);
  SqlResult<ast::Name> ParseName(std::string_view what);
  SqlResult<std::string> ParseString(std::string_view what);
  SqlResult<int32_t> ParseSmallInteger(std::string_view what);
  SqlResult<int64_t> ParseInteger(std::string_view what);
  SqlResult<std::vector<ast::Identifier>> ParseIdentifierList(std::string_view what);
  SqlResult<std::vector<ast::Identifier>> ParseParenthesizedIdentifiers(std::string_view what);
  SqlResult<std::vector<ast::Option>> ParseOptions();  // ('k' = 'v', ...)
  SqlResult<ast::Option> ParseOption();

  // Counts nesting while it lives.
  class Nesting {
   public:
    explicit Nesting(int* depth) : depth_(depth) { ++*depth_; }
    ~Nesting() { --*depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    int* depth_;
  };
  // Measures the tree built while it lives as one child among its siblings.
  class HeightScope {
   public:
    explicit HeightScope(int* height) : height_(height), siblings_(*height) { *height_ = 0; }
    ~HeightScope() { *height_ = std::max(*height_, siblings_); }
    HeightScope(const HeightScope&) = delete;
    HeightScope& operator=(const HeightScope&) = delete;

   private:
    int* height_;
    int siblings_;
  };
  SqlStatus CheckNesting() const;
  SqlStatus Grow();  // the tree under construction is one level higher

  // --- parser_statements.cc ---------------------------------------------------------------------
  SqlResult<ast::Statement> ParseOneStatement();
  SqlResult<ast::Statement> ParseStatementNode();
  SqlResult<ast::Insert> ParseInsert();
  SqlResult<std::vector<ast::PartitionValue>> ParsePartition();
  SqlResult<ast::StatementSet> ParseInsertsUntilEnd();
  SqlResult<ast::StatementSet> ParseStatementSet();
  SqlResult<ast::Explain> ParseExplain();
  SqlResult<ast::Show> ParseShow();
  SqlStatus ParseShowCreate(ast::Show* show);
  SqlStatus ParseShowFilter(ast::Show* show);
  SqlResult<ast::Statement> ParseDescribe();
  SqlResult<ast::Statement> ParseUse();
  SqlResult<ast::Drop> ParseDrop();
  SqlResult<ast::Set> ParseSet();
  SqlResult<ast::Reset> ParseReset();
  SqlResult<ast::StopJob> ParseStopJob();
  bool AtQueryStart(size_t ahead = 0) const;

  // --- parser_ddl.cc ----------------------------------------------------------------------------
  SqlResult<ast::Statement> ParseCreate();
  SqlResult<ast::CreateTable> ParseCreateTable();
  SqlStatus ParseTableElements(ast::CreateTable* table);
  SqlStatus ParseTableElement(ast::CreateTable* table);
  SqlStatus ParseTableClauses(ast::CreateTable* table);
  bool AtConstraint() const;
  SqlResult<ast::ColumnDefinition> ParseColumn();
  SqlStatus ParseColumnKey(ast::ColumnDefinition* column);
  SqlResult<ast::KeyConstraint> ParseConstraint();
  SqlResult<ast::WatermarkDefinition> ParseWatermark();
  SqlResult<ast::Distribution> ParseDistribution();
  SqlResult<ast::LikeClause> ParseLikeClause();
  SqlResult<ast::LikeRule> ParseLikeRule();
  SqlResult<ast::CreateView> ParseCreateView();
  SqlResult<ast::CreateFunction> ParseCreateFunction();
  SqlResult<ast::CreateCatalog> ParseCreateCatalog();
  SqlResult<ast::CreateDatabase> ParseCreateDatabase();
  SqlResult<bool> ParseIfNotExists();
  SqlResult<bool> ParseIfExists();
  SqlResult<ast::Statement> ParseAlter();
  SqlResult<ast::AlterTable> ParseAlterTable();
  SqlResult<ast::AlterSchema> ParseAlterSchema(bool modify);
  SqlStatus ParseAlterElement(ast::AlterSchema* schema);
  SqlStatus ParseAlterTableDrop(ast::AlterTable* alter);
  SqlResult<ast::AlterView> ParseAlterView();
  SqlResult<std::vector<std::string>> ParseOptionKeys();

  // --- parser_queries.cc ------------------------------------------------------------------------
  SqlResult<ast::Query> ParseQueryValue();
  SqlResult<std::vector<ast::CommonTable>> ParseWith();
  SqlResult<ast::Query> ParseSetOperation(bool intersect_only);
  SqlResult<ast::Query> ParseQueryTerm();
  SqlResult<ast::Select> ParseSelect();
  SqlStatus ParseSelectClauses(ast::Select* select);
  SqlResult<ast::SelectItem> ParseSelectItem();
  SqlResult<ast::Values> ParseValues();
  SqlStatus ParseOrderAndLimit(ast::Query* query);
  SqlResult<std::vector<ast::Hint>> ParseHints();
  SqlResult<ast::Hint> ParseHint();
  SqlResult<ast::GroupItem> ParseGroupItem();
  SqlResult<std::vector<ast::GroupItem>> ParseGroupItems();
  SqlResult<std::vector<ast::OrderItem>> ParseOrderItems();
  SqlResult<ast::OrderItem> ParseOrderItem();
  SqlResult<ast::QueryPtr> ParseParenthesizedQuery();
  // Stands at '(': do these parentheses hold a query, and not an expression or a join that begins
  // with a query in parentheses?
  bool ParenthesesHoldQuery() const;

  // --- parser_tables.cc -------------------------------------------------------------------------
  SqlResult<ast::TableRefPtr> ParseFrom();
  SqlResult<ast::TableRefPtr> ParseJoins();
  bool AtJoin();
  SqlResult<ast::TableRefPtr> ParseJoin(ast::TableRefPtr left);
  SqlResult<ast::TableRefPtr> ParseTableFactor();
  SqlResult<ast::TableRef> ParseTablePrimary();
  SqlResult<ast::TableRef> ParseParenthesizedTable();
  SqlResult<ast::TableRef> ParseTableFunction(bool lateral);
  SqlResult<ast::TableRef> ParseUnnest(bool lateral);
  SqlResult<ast::TableRef> ParseNamedTable();
  SqlResult<std::optional<ast::TableAlias>> ParseTableAlias();
  bool AtImplicitAlias();

  // --- parser_match.cc --------------------------------------------------------------------------
  SqlResult<ast::TableRef> ParseMatchRecognize(ast::TableRef input);
  SqlStatus ParseRowsPerMatch(ast::MatchRecognize* match);
  SqlStatus ParseAfterMatch(ast::MatchRecognize* match);
  SqlResult<std::vector<ast::NamedExpr>> ParseMeasures();
  SqlResult<std::vector<ast::NamedExpr>> ParseDefines();
  SqlResult<ast::Pattern> ParsePattern();
  SqlResult<ast::Pattern> ParsePatternSequence();
  SqlResult<ast::Pattern> ParsePatternFactor();
  SqlResult<ast::Pattern> ParsePatternPrimary();

  // --- parser_expressions.cc --------------------------------------------------------------------
  // Everything that binds at least as tightly as `min_precedence`.
  SqlResult<ast::ExprPtr> ParseExpr(int min_precedence);
  // Applies AND, IS, BETWEEN ... to `left`; false when no such operator stands here.
  SqlResult<bool> ParseWordOperator(ast::ExprPtr* left, int min_precedence);
  SqlResult<ast::ExprPtr> ParsePrefix();
  SqlResult<ast::ExprPtr> ParseMinus();
  SqlResult<ast::ExprPtr> ParsePostfix(ast::ExprPtr value);
  SqlResult<ast::ExprPtr> ParseLogical(ast::ExprPtr first, bool is_and);
  SqlResult<ast::ExprPtr> ParseComparison(ast::ExprPtr left, ast::BinaryOp op);
  SqlResult<ast::ExprPtr> ParseIsTest(ast::ExprPtr value);
  SqlResult<ast::ExprPtr> ParseBetween(ast::ExprPtr value, bool negated);
  SqlResult<ast::ExprPtr> ParseIn(ast::ExprPtr value, bool negated);
  SqlResult<ast::ExprPtr> ParseLike(ast::ExprPtr value, bool negated);
  SqlResult<ast::ExprPtr> ParsePrimary();
  SqlResult<ast::ExprPtr> ParseKeywordPrimary();  // null: not one of these keywords
  SqlResult<ast::ExprPtr> ParseLiteral();
  SqlResult<ast::ExprPtr> ParseStringLiteral();
  SqlResult<ast::ExprPtr> ParseDateTimeLiteral();
  SqlResult<ast::ExprPtr> ParseInterval();
  SqlResult<ast::ExprPtr> ParseParenthesized();
  SqlResult<ast::ExprPtr> ParseCase();
  SqlResult<ast::ExprPtr> ParseCast(bool is_try);
  SqlResult<ast::ExprPtr> ParseExists();
  SqlResult<ast::ExprPtr> ParseRow();
  SqlResult<ast::ExprPtr> ParseCollection(ast::CollectionKind kind);
  SqlResult<ast::ExprPtr> ParseNameOrCall();
  SqlResult<std::vector<ast::ExprPtr>> ParseExprList();
  bool AtStringPrefix() const;  // N'...', _UTF8'...'

  // --- parser_functions.cc ----------------------------------------------------------------------
  SqlResult<ast::ExprPtr> ParseCall(ast::Name function);
  SqlStatus ParseArguments(ast::Call* call);
  SqlResult<ast::Argument> ParseArgument();
  SqlResult<ast::ExprPtr> ParseTableArgument();
  SqlStatus ParseTableClauses(ast::TableArgument* argument);
  SqlStatus ParseNullTreatment(ast::Call* call);
  SqlStatus ParseAggregateClauses(ast::AggregateClauses* clauses);
  SqlResult<std::shared_ptr<const ast::WindowSpec>> ParseOver();
  SqlResult<ast::WindowSpec> ParseWindowSpec();
  SqlResult<ast::Frame> ParseFrame();
  SqlResult<ast::FrameBound> ParseFrameBound();
  SqlResult<ast::ExprPtr> ParseSpecialCall();  // null: has no syntax of its own
  SqlResult<ast::ExprPtr> ParseExtract();
  SqlResult<ast::ExprPtr> ParseTrim();
  SqlResult<ast::ExprPtr> ParseSubstring();
  SqlResult<ast::ExprPtr> ParsePosition();
  SqlResult<ast::ExprPtr> ParseOverlay();
  SqlResult<ast::ExprPtr> ParseRoundToUnit();
  SqlResult<ast::ExprPtr> ParseTimestampArithmetic();
  SqlResult<ast::ExprPtr> ParseDescriptor();
  SqlResult<ast::ExprPtr> ParseBareFunction();
  SqlResult<ast::ExprPtr> ParseJson(ast::JsonFunction function);
  SqlStatus ParseJsonPathArguments(ast::JsonCall* call);
  SqlStatus ParseJsonPathClauses(ast::JsonCall* call);
  SqlStatus ParseJsonBehaviors(ast::JsonCall* call);
  SqlStatus ParseJsonWrapper(ast::JsonCall* call);
  SqlResult<std::optional<ast::JsonBehavior>> ParseJsonBehavior();
  SqlStatus ParseJsonMember(ast::JsonCall* call);
  SqlStatus ParseJsonNulls(ast::JsonCall* call);

  // --- parser_types.cc --------------------------------------------------------------------------
  SqlResult<ast::TypeName> ParseBaseType();
  SqlStatus ParseScalarType(ast::TypeName* type);
  SqlStatus ParseTypeParameters(ast::TypeName* type, size_t at_most);
  SqlStatus ParseTimeZone(ast::TypeName* type);
  SqlStatus ParseTypeArguments(ast::TypeName* type, size_t count);
  SqlStatus ParseRowFields(ast::TypeName* type);
  SqlStatus ParseFieldList(ast::TypeName* type, TokenKind close);
  SqlStatus ParseStructured(ast::TypeName* type);
  SqlStatus ParseRaw(ast::TypeName* type);
  SqlStatus ParseNullability(ast::TypeName* type);
  std::optional<ast::TimeUnit> AcceptTimeUnit();
  SqlResult<ast::TimeUnit> ParseTimeUnit();
  SqlResult<ast::IntervalQualifier> ParseIntervalQualifier();

  // A node from `start` to the token before this one.
  template <class Node>
  ast::ExprPtr Make(Node node, const SourceSpan& start) const {
    auto expr = std::make_shared<ast::Expr>();
    expr->node = std::move(node);
    expr->span = From(start);
    return expr;
  }

  const std::string_view text_;
  const std::vector<Token> tokens_;
  std::vector<uint32_t> closing_;  // per '(': the index of its ')'; 0 where there is none
  size_t at_ = 0;
  int nesting_ = 0;
  int height_ = 0;

  // For messages: keywords that were looked for at token `expected_at_`, and those that the word
  // `alias_at_`, taken for an alias or a column, may have been meant as.
  std::vector<Keyword> expected_;
  size_t expected_at_ = 0;
  std::vector<Keyword> alias_expected_;
  size_t alias_at_ = 0;
  std::string_view follow_;
  size_t follow_at_ = 0;
};

}  // namespace weir::sql
