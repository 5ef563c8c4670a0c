#include "sql/precedence.h"
#include "sql/unparse_impl.h"

// Queries and tables.

namespace weir::sql {

void Unparser::WriteOrderBy(const std::vector<ast::OrderItem>& items) {
  AddList(items, [&](const ast::OrderItem& item) {
    Write(*item.expr);
    if (item.descending) Add(" DESC");
    if (item.nulls == ast::NullsOrder::kFirst) Add(" NULLS FIRST");
    if (item.nulls == ast::NullsOrder::kLast) Add(" NULLS LAST");
  });
}

void Unparser::WriteHints(const std::vector<ast::Hint>& hints) {
  if (hints.empty()) return;
  Add(" /*+ ");
  AddList(hints, [&](const ast::Hint& hint) {
    AddIdentifier(hint.name);
    if (!hint.options.empty()) {
      AddOptions(hint.options);
    } else if (!hint.arguments.empty()) {
      Add("(");
      AddList(hint.arguments, [&](const std::string& argument) { AddString(argument); });
      Add(")");
    }
  });
  Add(" */");
}

void Unparser::Write(const ast::Query& query) {
  if (!query.with.empty()) {
    Add("WITH ");
    AddList(query.with, [&](const ast::CommonTable& table) {
      AddIdentifier(table.name);
      if (!table.columns.empty()) {
        Add(" ");
        AddIdentifiers(table.columns);
      }
      Add(" AS (");
      Write(*table.query);
      Add(")");
    });
    Add(" ");
  }
  WriteBody(query);
  if (!query.order_by.empty()) {
    Add(" ORDER BY ");
    WriteOrderBy(query.order_by);
  }
  if (query.limit != nullptr) {
    Add(" LIMIT ");
    Write(*query.limit);
  }
  if (query.offset != nullptr) {
    Add(" OFFSET ");
    Write(*query.offset);
  }
}

void Unparser::WriteBody(const ast::Query& query) {
  if (const auto* select = std::get_if<ast::Select>(&query.body)) {
    WriteSelect(*select);
  } else if (const auto* op = std::get_if<ast::SetOp>(&query.body)) {
    WriteSetOp(*op);
  } else if (const auto* values = std::get_if<ast::Values>(&query.body)) {
    Add("VALUES ");
    AddExprs(values->rows);
  } else if (const auto* table = std::get_if<ast::TableQuery>(&query.body)) {
    Add("TABLE ");
    AddName(table->table);
  } else {
    Add("(");
    Write(*std::get<ast::QueryPtr>(query.body));
    Add(")");
  }
}

// INTERSECT binds tighter than the others; all associate to the left. The parser wraps what stood
// in parentheses in a query of its own, so operands need none unless a tree was built by hand.
void Unparser::WriteSetOp(const ast::SetOp& op) {
  const auto binds_looser = [&](const ast::Query& operand, bool is_right) {
    const auto* inner = std::get_if<ast::SetOp>(&operand.body);
    if (!operand.with.empty() || !operand.order_by.empty() || operand.limit || operand.offset) {
      return true;
    }
    if (inner == nullptr) return false;
    const bool inner_tight = inner->kind == ast::SetOpKind::kIntersect;
    const bool outer_tight = op.kind == ast::SetOpKind::kIntersect;
    return outer_tight != inner_tight ? outer_tight : is_right;
  };
  WriteOperand(*op.left, binds_looser(*op.left, /*is_right=*/false));
  Add(op.kind == ast::SetOpKind::kUnion       ? " UNION "
      : op.kind == ast::SetOpKind::kIntersect ? " INTERSECT "
                                              : " EXCEPT ");
  if (op.all) Add("ALL ");
  WriteOperand(*op.right, binds_looser(*op.right, /*is_right=*/true));
}

void Unparser::WriteOperand(const ast::Query& query, bool parentheses) {
  if (parentheses) Add("(");
  Write(query);
  if (parentheses) Add(")");
}

void Unparser::WriteSelect(const ast::Select& select) {
  Add("SELECT");
  WriteHints(select.hints);
  Add(select.distinct ? " DISTINCT " : " ");
  AddList(select.items, [&](const ast::SelectItem& item) {
    Write(*item.expr);
    if (item.alias) {
      Add(" AS ");
      AddIdentifier(*item.alias);
    }
  });
  if (select.from != nullptr) {
    Add(" FROM ");
    WriteTable(*select.from);
  }
  if (select.where != nullptr) {
    Add(" WHERE ");
    Write(*select.where);
  }
  if (select.group_by_present) {
    Add(select.group_by_distinct ? " GROUP BY DISTINCT " : " GROUP BY ");
    AddList(select.group_by, [&](const ast::GroupItem& item) { WriteGroupItem(item); });
  }
  if (select.having != nullptr) {
    Add(" HAVING ");
    Write(*select.having);
  }
  if (!select.windows.empty()) {
    Add(" WINDOW ");
    AddList(select.windows, [&](const ast::NamedWindow& window) {
      AddIdentifier(window.name);
      Add(" AS ");
      WriteWindowSpec(window.spec);
    });
  }
  if (select.qualify != nullptr) {
    Add(" QUALIFY ");
    Write(*select.qualify);
  }
}

void Unparser::WriteGroupItem(const ast::GroupItem& item) {
  switch (item.kind) {
    case ast::GroupItemKind::kExpr:
      return Write(*item.expr);
    case ast::GroupItemKind::kSet:
      break;
    case ast::GroupItemKind::kRollup:
      Add("ROLLUP ");
      break;
    case ast::GroupItemKind::kCube:
      Add("CUBE ");
      break;
    case ast::GroupItemKind::kGroupingSets:
      Add("GROUPING SETS ");
      break;
  }
  Add("(");
  AddList(item.items, [&](const ast::GroupItem& member) { WriteGroupItem(member); });
  Add(")");
}

// ---------------------------------------------------------------------------------------- tables

void Unparser::WriteTable(const ast::TableRef& table) {
  // (a JOIN b) AS c: without the parentheses c would be b's.
  const bool parentheses = table.alias && std::holds_alternative<ast::Join>(table.node);
  if (parentheses) Add("(");
  std::visit([&](const auto& node) { WriteTableNode(node); }, table.node);
  if (parentheses) Add(")");
  if (!table.alias) return;
  Add(" AS ");
  AddIdentifier(table.alias->name);
  if (!table.alias->columns.empty()) {
    Add(" ");
    AddIdentifiers(table.alias->columns);
  }
}

void Unparser::WriteTableNode(const ast::TableName& table) {
  AddName(table.name);
  WriteHints(table.hints);
  if (table.system_time != nullptr) {
    Add(" FOR SYSTEM_TIME AS OF ");
    Write(*table.system_time);
  }
}

void Unparser::WriteTableNode(const ast::DerivedTable& table) {
  Add(table.lateral ? "LATERAL (" : "(");
  Write(*table.query);
  Add(")");
}

void Unparser::WriteTableNode(const ast::TableFunction& table) {
  if (table.lateral) Add("LATERAL ");
  if (table.table_keyword) Add("TABLE(");
  Write(*table.call);
  if (table.table_keyword) Add(")");
}

void Unparser::WriteTableNode(const ast::Unnest& table) {
  if (table.lateral) Add("LATERAL ");
  Add("UNNEST(");
  AddExprs(table.collections);
  Add(")");
  if (table.with_ordinality) Add(" WITH ORDINALITY");
}

void Unparser::WriteTableNode(const ast::Join& join) {
  // A comma binds looser than JOIN, and joins associate to the left.
  const auto write_side = [&](const ast::TableRef& side, bool parentheses) {
    if (parentheses) Add("(");
    WriteTable(side);
    if (parentheses) Add(")");
  };
  const auto join_of = [](const ast::TableRef& side) {
    return side.alias ? nullptr : std::get_if<ast::Join>(&side.node);
  };
  const ast::Join* left = join_of(*join.left);
  const ast::Join* right = join_of(*join.right);
  write_side(*join.left, left != nullptr && (left->comma && !join.comma));
  if (join.comma) {
    Add(", ");
  } else {
    if (join.natural) Add(" NATURAL");
    Add(join.kind == ast::JoinKind::kInner   ? " JOIN "
        : join.kind == ast::JoinKind::kLeft  ? " LEFT JOIN "
        : join.kind == ast::JoinKind::kRight ? " RIGHT JOIN "
        : join.kind == ast::JoinKind::kFull  ? " FULL JOIN "
                                             : " CROSS JOIN ");
  }
  write_side(*join.right, right != nullptr && (!join.comma || right->comma));
  if (join.condition != nullptr) {
    Add(" ON ");
    Write(*join.condition);
  }
  if (!join.using_columns.empty()) {
    Add(" USING ");
    AddIdentifiers(join.using_columns);
  }
}

void Unparser::WriteTableNode(const ast::MatchRecognize& match) {
  const bool plain = !match.input->alias && !std::holds_alternative<ast::Join>(match.input->node) &&
                     !std::holds_alternative<ast::MatchRecognize>(match.input->node);
  if (!plain) Add("(");
  WriteTable(*match.input);
  Add(plain ? " MATCH_RECOGNIZE (" : ") MATCH_RECOGNIZE (");
  if (!match.partition_by.empty()) {
    Add("PARTITION BY ");
    AddExprs(match.partition_by);
    Add(" ");
  }
  if (!match.order_by.empty()) {
    Add("ORDER BY ");
    WriteOrderBy(match.order_by);
    Add(" ");
  }
  if (!match.measures.empty()) {
    Add("MEASURES ");
    AddList(match.measures, [&](const ast::NamedExpr& measure) {
      Write(*measure.expr);
      Add(" AS ");
      AddIdentifier(measure.name);
    });
    Add(" ");
  }
  if (match.rows == ast::RowsPerMatch::kOne) Add("ONE ROW PER MATCH ");
  if (match.rows == ast::RowsPerMatch::kAll) Add("ALL ROWS PER MATCH ");
  switch (match.after) {
    case ast::AfterMatch::kDefault:
      break;
    case ast::AfterMatch::kNextRow:
      Add("AFTER MATCH SKIP TO NEXT ROW ");
      break;
    case ast::AfterMatch::kPastLastRow:
      Add("AFTER MATCH SKIP PAST LAST ROW ");
      break;
    case ast::AfterMatch::kToFirst:
      Add("AFTER MATCH SKIP TO FIRST ");
      break;
    case ast::AfterMatch::kToLast:
      Add("AFTER MATCH SKIP TO LAST ");
      break;
    case ast::AfterMatch::kToVariable:
      Add("AFTER MATCH SKIP TO ");
      break;
  }
  if (match.after_variable) {
    AddIdentifier(*match.after_variable);
    Add(" ");
  }
  Add("PATTERN (");
  WritePattern(match.pattern, /*in_sequence=*/false);
  Add(")");
  if (match.within != nullptr) {
    Add(" WITHIN ");
    Write(*match.within);
  }
  if (!match.subsets.empty()) {
    Add(" SUBSET ");
    AddList(match.subsets, [&](const ast::MatchRecognize::Subset& subset) {
      AddIdentifier(subset.name);
      Add(" = ");
      AddIdentifiers(subset.variables);
    });
  }
  Add(" DEFINE ");
  AddList(match.defines, [&](const ast::NamedExpr& define) {
    AddIdentifier(define.name);
    Add(" AS ");
    Write(*define.expr);
  });
  Add(")");
}

void Unparser::WritePattern(const ast::Pattern& pattern, bool in_sequence) {
  const auto write_all = [&](std::string_view separator, bool sequence) {
    for (size_t i = 0; i < pattern.children.size(); ++i) {
      if (i > 0) Add(separator);
      WritePattern(pattern.children[i], sequence);
    }
  };
  switch (pattern.kind) {
    case ast::PatternKind::kVariable:
      return AddIdentifier(pattern.variable);
    case ast::PatternKind::kStart:
      return Add("^");
    case ast::PatternKind::kEnd:
      return Add("$");
    case ast::PatternKind::kSequence:
    case ast::PatternKind::kAlternation:
      if (in_sequence) Add("(");
      write_all(pattern.kind == ast::PatternKind::kSequence ? " " : " | ", true);
      if (in_sequence) Add(")");
      return;
    case ast::PatternKind::kPermute:
      Add("PERMUTE(");
      write_all(", ", false);
      return Add(")");
    case ast::PatternKind::kExclusion:
      Add("{- ");
      write_all(" ", false);
      return Add(" -}");
    case ast::PatternKind::kRepeat: {
      const bool group = pattern.children[0].kind == ast::PatternKind::kRepeat;
      if (group) Add("(");
      WritePattern(pattern.children[0], true);
      if (group) Add(")");
      Add("{" + std::to_string(pattern.min) + ",");
      if (pattern.max) Add(std::to_string(*pattern.max));
      Add(pattern.reluctant ? "}?" : "}");
      return;
    }
  }
}

}  // namespace weir::sql
