#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/ast.h"
#include "sql/ast_statements.h"
#include "sql/unparse.h"

// Writes AST nodes to one string; only the unparse*.cc files include this.

namespace weir::sql {

class Unparser {
 public:
  void Write(const ast::Expr& expr) { Write(expr, 0); }
  // In parentheses when the expression binds looser than `min_precedence`.
  void Write(const ast::Expr& expr, int min_precedence);
  void Write(const ast::TypeName& type);
  void Write(const ast::Query& query);
  void Write(const ast::Statement& statement);
  std::string Take() { return std::move(out_); }

 private:
  void Add(std::string_view text) { out_ += text; }
  void AddIdentifier(const ast::Identifier& identifier);
  void AddName(const ast::Name& name);
  void AddIdentifiers(const std::vector<ast::Identifier>& list);  // with parentheses
  void AddString(std::string_view text) { out_ += QuoteString(text); }
  void AddOptions(const std::vector<ast::Option>& options);  // with parentheses
  void AddPartition(const std::vector<ast::PartitionValue>& partition);
  void AddComment(const std::optional<std::string>& comment);
  template <class List, class WriteOne>
  void AddList(const List& list, WriteOne write_one) {
    bool first = true;
    for (const auto& one : list) {
      if (!first) Add(", ");
      first = false;
      write_one(one);
    }
  }
  void AddExprs(const std::vector<ast::ExprPtr>& list);

  // unparse.cc
  void Node(const ast::Literal& literal);
  void Node(const ast::ColumnRef& column);
  void Node(const ast::Star& star);
  void Node(const ast::FieldAccess& access);
  void Node(const ast::ElementAccess& access);
  void Node(const ast::Unary& unary);
  void Node(const ast::Binary& binary);
  void Node(const ast::Logical& logical);
  void Node(const ast::IsTest& test);
  void Node(const ast::Between& between);
  void Node(const ast::InTest& in);
  void Node(const ast::LikeTest& like);
  void Node(const ast::Quantified& quantified);
  void Node(const ast::ExistsTest& exists);
  void Node(const ast::ScalarSubquery& subquery);
  void Node(const ast::Case& node);
  void Node(const ast::Cast& cast);
  void Node(const ast::Call& call);
  void Node(const ast::UnitArgument& unit);
  void Node(const ast::TrimArgument& trim);
  void Node(const ast::JsonCall& call);
  void Node(const ast::RowConstructor& row);
  void Node(const ast::ArrayConstructor& array);
  void Node(const ast::MapConstructor& map);
  void Node(const ast::CollectionQuery& collection);
  void Node(const ast::Descriptor& descriptor);
  void Node(const ast::TableArgument& argument);

  // unparse_calls.cc
  bool WriteSpecialCall(const ast::Call& call);
  void WriteArguments(const ast::Call& call);
  void WriteAggregateClauses(const ast::AggregateClauses& clauses);
  void WriteOver(const ast::WindowSpec& spec);
  void WriteWindowSpec(const ast::WindowSpec& spec);
  void WriteFrameBound(const ast::FrameBound& bound);
  void WriteJsonBehavior(const ast::JsonBehavior& behavior);
  void WriteJsonMembers(const ast::JsonCall& call);
  void WriteInterval(const ast::IntervalQualifier& qualifier);
  void WriteFields(const ast::TypeName& type);

  // unparse_queries.cc
  void WriteOrderBy(const std::vector<ast::OrderItem>& items);  // the items only
  void WriteHints(const std::vector<ast::Hint>& hints);
  void WriteBody(const ast::Query& query);
  void WriteOperand(const ast::Query& query, bool parentheses);
  void WriteSetOp(const ast::SetOp& op);
  void WriteSelect(const ast::Select& select);
  void WriteGroupItem(const ast::GroupItem& item);
  void WriteTable(const ast::TableRef& table);
  void WriteTableNode(const ast::TableName& table);
  void WriteTableNode(const ast::DerivedTable& table);
  void WriteTableNode(const ast::TableFunction& table);
  void WriteTableNode(const ast::Unnest& table);
  void WriteTableNode(const ast::Join& join);
  void WriteTableNode(const ast::MatchRecognize& match);
  void WritePattern(const ast::Pattern& pattern, bool in_sequence);

  // unparse_statements.cc
  void Statement(const ast::CreateTable& create);
  void Statement(const ast::CreateView& create);
  void Statement(const ast::CreateFunction& create);
  void Statement(const ast::CreateCatalog& create);
  void Statement(const ast::CreateDatabase& create);
  void Statement(const ast::UseCatalog& use);
  void Statement(const ast::UseDatabase& use);
  void Statement(const ast::UseModules& use);
  void Statement(const ast::Drop& drop);
  void Statement(const ast::AlterTable& alter);
  void Statement(const ast::AlterView& alter);
  void Statement(const ast::AlterDatabase& alter);
  void Statement(const ast::Show& show);
  void Statement(const ast::Describe& describe);
  void Statement(const ast::DescribeJob& describe);
  void Statement(const ast::Insert& insert);
  void Statement(const ast::StatementSet& set);
  void Statement(const ast::QueryStatement& query);
  void Statement(const ast::Explain& explain);
  void Statement(const ast::Set& set);
  void Statement(const ast::Reset& reset);
  void Statement(const ast::StopJob& stop);
  void WriteColumn(const ast::ColumnDefinition& column);
  void WriteWatermark(const ast::WatermarkDefinition& watermark);
  void WriteConstraint(const ast::KeyConstraint& constraint);
  void WriteTableElements(const ast::CreateTable& create);
  void WriteLike(const ast::LikeClause& like);
  void WriteAction(const ast::AlterSchema& action);
  void WriteAction(const ast::DropColumns& action);
  void WriteAction(const ast::DropPrimaryKey& action);
  void WriteAction(const ast::DropConstraint& action);
  void WriteAction(const ast::DropWatermark& action);
  void WriteAction(const ast::RenameColumn& action);
  void WriteAction(const ast::RenameTo& action);
  void WriteAction(const ast::SetOptions& action);
  void WriteAction(const ast::ResetOptions& action);

  std::string out_;
};

}  // namespace weir::sql
