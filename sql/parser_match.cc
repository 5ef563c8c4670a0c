#include "sql/parser_impl.h"

// MATCH_RECOGNIZE: measures, row pattern, definitions.

namespace weir::sql {

using ast::Pattern;
using ast::PatternKind;

SqlResult<ast::TableRef> Parser::ParseMatchRecognize(ast::TableRef input) {
  Take();
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  ast::MatchRecognize match;
  match.input = std::make_shared<const ast::TableRef>(std::move(input));
  if (Accept(Keyword::kPARTITION, Keyword::kBY)) {
    ASSIGN_OR_RETURN(match.partition_by, ParseExprList());
  }
  if (Accept(Keyword::kORDER, Keyword::kBY)) {
    ASSIGN_OR_RETURN(match.order_by, ParseOrderItems());
  }
  if (Accept(Keyword::kMEASURES)) {
    ASSIGN_OR_RETURN(match.measures, ParseMeasures());
  }
  SQL_RETURN_IF_ERROR(ParseRowsPerMatch(&match));
  SQL_RETURN_IF_ERROR(ParseAfterMatch(&match));
  SetFollow("PARTITION BY, ORDER BY, MEASURES, AFTER MATCH");
  SQL_RETURN_IF_ERROR(Expect(Keyword::kPATTERN));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  ASSIGN_OR_RETURN(match.pattern, ParsePattern());
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  if (Accept(Keyword::kWITHIN)) {
    ASSIGN_OR_RETURN(match.within, ParseExpr());
  }
  if (Accept(Keyword::kSUBSET)) {
    do {
      ast::MatchRecognize::Subset subset;
      ASSIGN_OR_RETURN(subset.name, ParseIdentifier("a name for the subset"));
      SQL_RETURN_IF_ERROR(Expect(TokenKind::kEqual));
      ASSIGN_OR_RETURN(subset.variables, ParseParenthesizedIdentifiers("a pattern variable"));
      match.subsets.push_back(std::move(subset));
    } while (Accept(TokenKind::kComma));
  }
  SQL_RETURN_IF_ERROR(Expect(Keyword::kDEFINE));
  ASSIGN_OR_RETURN(match.defines, ParseDefines());
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  SQL_RETURN_IF_ERROR(Grow());
  ast::TableRef table;
  table.node = std::move(match);
  return table;
}

SqlResult<std::vector<ast::NamedExpr>> Parser::ParseMeasures() {
  std::vector<ast::NamedExpr> measures;
  do {
    ast::NamedExpr measure;
    ASSIGN_OR_RETURN(measure.expr, ParseExpr());
    SQL_RETURN_IF_ERROR(Expect(Keyword::kAS));
    ASSIGN_OR_RETURN(measure.name, ParseIdentifier("a name for the measure"));
    measures.push_back(std::move(measure));
  } while (Accept(TokenKind::kComma));
  return measures;
}

SqlResult<std::vector<ast::NamedExpr>> Parser::ParseDefines() {
  std::vector<ast::NamedExpr> defines;
  do {
    ast::NamedExpr define;
    ASSIGN_OR_RETURN(define.name, ParseIdentifier("a pattern variable"));
    SQL_RETURN_IF_ERROR(Expect(Keyword::kAS));
    ASSIGN_OR_RETURN(define.expr, ParseExpr());
    defines.push_back(std::move(define));
  } while (Accept(TokenKind::kComma));
  return defines;
}

SqlStatus Parser::ParseRowsPerMatch(ast::MatchRecognize* match) {
  if (Accept(Keyword::kONE)) {
    match->rows = ast::RowsPerMatch::kOne;
    SQL_RETURN_IF_ERROR(Expect(Keyword::kROW));
  } else if (Accept(Keyword::kALL)) {
    match->rows = ast::RowsPerMatch::kAll;
    SQL_RETURN_IF_ERROR(Expect(Keyword::kROWS));
  } else {
    return {};
  }
  return Expect(Keyword::kPER, Keyword::kMATCH);
}

SqlStatus Parser::ParseAfterMatch(ast::MatchRecognize* match) {
  if (!Accept(Keyword::kAFTER)) return {};
  SQL_RETURN_IF_ERROR(Expect(Keyword::kMATCH, Keyword::kSKIP));
  if (Accept(Keyword::kPAST)) {
    match->after = ast::AfterMatch::kPastLastRow;
    return Expect(Keyword::kLAST, Keyword::kROW);
  }
  if (!Accept(Keyword::kTO)) return Unexpected("PAST LAST ROW or TO");
  if (Accept(Keyword::kNEXT)) {
    match->after = ast::AfterMatch::kNextRow;
    return Expect(Keyword::kROW);
  }
  match->after = Accept(Keyword::kFIRST)  ? ast::AfterMatch::kToFirst
                 : Accept(Keyword::kLAST) ? ast::AfterMatch::kToLast
                                          : ast::AfterMatch::kToVariable;
  ASSIGN_OR_RETURN(match->after_variable, ParseIdentifier("a pattern variable"));
  return {};
}

SqlResult<Pattern> Parser::ParsePattern() {
  Nesting nesting(&nesting_);
  SQL_RETURN_IF_ERROR(CheckNesting());
  ASSIGN_OR_RETURN(Pattern first, ParsePatternSequence());
  if (!At(TokenKind::kBar)) return first;
  Pattern alternation;
  alternation.kind = PatternKind::kAlternation;
  alternation.children.push_back(std::move(first));
  while (Accept(TokenKind::kBar)) {
    ASSIGN_OR_RETURN(Pattern next, ParsePatternSequence());
    alternation.children.push_back(std::move(next));
  }
  return alternation;
}

SqlResult<Pattern> Parser::ParsePatternSequence() {
  Pattern sequence;
  sequence.kind = PatternKind::kSequence;
  do {
    ASSIGN_OR_RETURN(Pattern next, ParsePatternFactor());
    sequence.children.push_back(std::move(next));
  } while (!At(TokenKind::kBar) && !At(TokenKind::kRightParen) && !At(TokenKind::kComma) &&
           !At(TokenKind::kMinusRightBrace) && !At(TokenKind::kEnd));
  if (sequence.children.size() == 1) {
    Pattern only = std::move(sequence.children[0]);
    return only;
  }
  return sequence;
}

// A variable or a group and its quantifier: * + ? {n} {n,} {,m} {n,m}, each reluctant with one ?
SqlResult<Pattern> Parser::ParsePatternFactor() {
  ASSIGN_OR_RETURN(Pattern primary, ParsePatternPrimary());
  Pattern repeat;
  repeat.kind = PatternKind::kRepeat;
  if (Accept(TokenKind::kStar)) {
    repeat.min = 0;
  } else if (Accept(TokenKind::kPlus)) {
    repeat.min = 1;
  } else if (Accept(TokenKind::kQuestion)) {
    repeat.max = 1;
  } else if (Accept(TokenKind::kLeftBrace)) {
    if (!At(TokenKind::kComma)) {
      ASSIGN_OR_RETURN(repeat.min, ParseSmallInteger("a number"));
      repeat.max = repeat.min;
    }
    if (Accept(TokenKind::kComma)) {
      repeat.max = std::nullopt;
      if (At(TokenKind::kInteger)) {
        ASSIGN_OR_RETURN(repeat.max, ParseSmallInteger("a number"));
      }
    }
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightBrace));
  } else {
    return primary;
  }
  repeat.reluctant = Accept(TokenKind::kQuestion);
  repeat.children.push_back(std::move(primary));
  return repeat;
}

SqlResult<Pattern> Parser::ParsePatternPrimary() {
  Pattern pattern;
  if (Accept(TokenKind::kCaret)) {
    pattern.kind = PatternKind::kStart;
    return pattern;
  }
  if (Accept(TokenKind::kDollar)) {
    pattern.kind = PatternKind::kEnd;
    return pattern;
  }
  if (Accept(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(pattern, ParsePattern());
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
    return pattern;
  }
  if (Accept(TokenKind::kLeftBraceMinus)) {
    pattern.kind = PatternKind::kExclusion;
    ASSIGN_OR_RETURN(Pattern inner, ParsePattern());
    pattern.children.push_back(std::move(inner));
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kMinusRightBrace));
    return pattern;
  }
  if (Accept(Keyword::kPERMUTE)) {
    pattern.kind = PatternKind::kPermute;
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
    do {
      ASSIGN_OR_RETURN(Pattern inner, ParsePattern());
      pattern.children.push_back(std::move(inner));
    } while (Accept(TokenKind::kComma));
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
    return pattern;
  }
  pattern.kind = PatternKind::kVariable;
  ASSIGN_OR_RETURN(pattern.variable, ParseIdentifier("a pattern variable"));
  return pattern;
}

}  // namespace weir::sql
