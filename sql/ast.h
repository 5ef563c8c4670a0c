#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sql/diagnostics.h"

// What the parser makes of expressions, types and queries (statements: ast_statements.h). Values:
// nodes are immutable once parsed and shared freely, so that a view's query can be expanded many
// times. A node says what was written, not what it means: names are not resolved, types not known.

namespace weir::sql::ast {

struct Expr;
struct Query;
struct TableRef;
struct WindowSpec;
using ExprPtr = std::shared_ptr<const Expr>;
using QueryPtr = std::shared_ptr<const Query>;
using TableRefPtr = std::shared_ptr<const TableRef>;

struct Identifier {
  std::string text;  // without backticks; case matters
  SourceSpan span;

  std::string Upper() const;  // for names whose case does not matter: functions, hints
};

// `a`, `a.b`, `catalog.database.table`.
struct Name {
  std::vector<Identifier> parts;
  SourceSpan span;

  std::string ToString() const;  // "catalog.database.table", without backticks
};

// 'key' = 'value'
struct Option {
  std::string key;
  std::string value;
  SourceSpan key_span;
  SourceSpan value_span;
};

// ---------------------------------------------------------------------------------------- types

enum class TimeUnit {
  kNanosecond,
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
  kEpoch,
  kDayOfWeek,
  kDayOfYear,
  kIsoDayOfWeek,
  kIsoYear,
};

// YEAR TO MONTH, DAY(3) TO SECOND(6), MINUTE
struct IntervalQualifier {
  TimeUnit from = TimeUnit::kDay;
  std::optional<TimeUnit> to;
  std::optional<int32_t> leading_precision;     // digits of the first field
  std::optional<int32_t> fractional_precision;  // digits after the second's point
  SourceSpan span;
};

enum class TypeKind {
  kBoolean,
  kTinyInt,
  kSmallInt,
  kInt,
  kBigInt,
  kFloat,
  kDouble,
  kDecimal,
  kChar,
  kVarChar,
  kString,
  kBinary,
  kVarBinary,
  kBytes,
  kDate,
  kTime,
  kTimestamp,
  kTimestampLtz,
  kTimestampTz,  // WITH TIME ZONE
  kInterval,
  kArray,
  kMultiset,
  kMap,
  kRow,
  kStructured,
  kVariant,
  kRaw,
  kNull,
  kNamed,  // a word we do not know; the binder refuses it by name
};

struct TypeField;

// A type as written; `parameters` are length, precision, scale in the order given.
struct TypeName {
  TypeKind kind = TypeKind::kNull;
  std::vector<int32_t> parameters;
  std::vector<TypeName> arguments;            // of kArray, kMultiset (1) and kMap (2)
  std::vector<TypeField> fields;              // of kRow, kStructured
  std::vector<std::string> strings;           // of kStructured (class), kRaw (class, snapshot)
  std::optional<IntervalQualifier> interval;  // of kInterval
  std::optional<Name> name;                   // of kNamed
  std::optional<bool> nullable;               // NULL, NOT NULL or nothing
  SourceSpan span;
};

struct TypeField {
  Identifier name;
  TypeName type;
  std::optional<std::string> comment;
};

// ---------------------------------------------------------------------------------- expressions

enum class LiteralKind {
  kNull,
  kTrue,
  kFalse,
  kUnknown,
  kInteger,
  kDecimal,
  kApproximate,
  kString,
  kBinary,
  kDate,
  kTime,
  kTimestamp,
  kInterval,
};

struct Literal {
  LiteralKind kind = LiteralKind::kNull;
  std::string text;  // digits, or what stands between the quotes
  std::optional<IntervalQualifier> interval;
  bool negative = false;  // INTERVAL -'1' DAY
};

// `a`, `t.a`, `t.a.b.c`: which part is a table, a column or a field is the binder's to find out.
struct ColumnRef {
  Name name;
};

// `*`, `t.*`, `t.row.*`
struct Star {
  std::optional<Name> qualifier;
};

// `value.field` where the value is not itself a name
struct FieldAccess {
  ExprPtr value;
  Identifier field;
};

// value[index]
struct ElementAccess {
  ExprPtr value;
  ExprPtr index;
};

enum class UnaryOp { kNot, kMinus, kPlus };
struct Unary {
  UnaryOp op;
  ExprPtr operand;
};

enum class BinaryOp {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kConcat,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIsDistinctFrom,
  kIsNotDistinctFrom,
  kOverlaps,
};
struct Binary {
  BinaryOp op;
  ExprPtr left;
  ExprPtr right;
};

// AND, OR with two or more operands; a chain of one operator is one node.
struct Logical {
  bool is_and = true;
  std::vector<ExprPtr> operands;
};

enum class IsTestKind {
  kNull,
  kTrue,
  kFalse,
  kUnknown,
  kJson,
  kJsonValue,
  kJsonObject,
  kJsonArray,
  kJsonScalar,
};
struct IsTest {
  ExprPtr value;
  IsTestKind test;
  bool negated = false;
};

struct Between {
  ExprPtr value;
  ExprPtr low;
  ExprPtr high;
  bool negated = false;
  bool symmetric = false;
};

// value [NOT] IN (list) or (query)
struct InTest {
  ExprPtr value;
  std::vector<ExprPtr> list;
  QueryPtr query;  // null when there is a list
  bool negated = false;
};

enum class LikeKind { kLike, kSimilarTo };
struct LikeTest {
  LikeKind kind = LikeKind::kLike;
  ExprPtr value;
  ExprPtr pattern;
  ExprPtr escape;  // may be null
  bool negated = false;
};

// value op ANY|ALL (list) or (query); SOME is ANY
struct Quantified {
  BinaryOp op;
  bool all = false;
  ExprPtr value;
  std::vector<ExprPtr> list;
  QueryPtr query;
};

struct ExistsTest {
  QueryPtr query;
};

struct ScalarSubquery {
  QueryPtr query;
};

struct WhenClause {
  std::vector<ExprPtr> conditions;  // several only after CASE operand
  ExprPtr result;
};
struct Case {
  ExprPtr operand;  // may be null
  std::vector<WhenClause> whens;
  ExprPtr otherwise;  // may be null
};

struct Cast {
  ExprPtr value;
  TypeName type;
  bool is_try = false;
};

enum class NullsOrder { kDefault, kFirst, kLast };
struct OrderItem {
  ExprPtr expr;
  bool descending = false;
  NullsOrder nulls = NullsOrder::kDefault;
};

// What may follow an aggregate call.
struct AggregateClauses {
  ExprPtr filter;                       // FILTER (WHERE ...); may be null
  std::vector<OrderItem> within_group;  // WITHIN GROUP (ORDER BY ...)
  std::shared_ptr<const WindowSpec> over;
};

struct Argument {
  std::optional<Identifier> name;  // name => value
  ExprPtr value;
};

enum class NullTreatment { kDefault, kRespect, kIgnore };
// In MATCH_RECOGNIZE: FINAL LAST(A.x), RUNNING SUM(A.x)
enum class MatchScope { kDefault, kRunning, kFinal };

// f(a, b), also the functions with a syntax of their own, which become plain calls:
//   EXTRACT(unit FROM x)              EXTRACT(unit, x)
//   TRIM(side chars FROM x)           TRIM(side, chars, x), the characters may be missing
//   SUBSTRING(x FROM a FOR b)         SUBSTRING(x, a, b)
//   POSITION(x IN y FROM a)           POSITION(x, y, a)
//   OVERLAY(x PLACING y FROM a FOR b) OVERLAY(x, y, a, b)
//   FLOOR(x TO unit), CEIL(x TO unit) FLOOR(x, unit), CEIL(x, unit)
struct Call {
  Name function;  // one part, in capitals, for the functions whose names are reserved words
  std::vector<Argument> arguments;
  bool bare = false;  // CURRENT_DATE: no parentheses
  bool distinct = false;
  std::vector<OrderItem> order_by;  // f(x ORDER BY y)
  NullTreatment nulls = NullTreatment::kDefault;
  MatchScope scope = MatchScope::kDefault;
  AggregateClauses clauses;
};

// A time unit as an argument: TIMESTAMPADD(DAY, ...), EXTRACT(YEAR FROM x)
struct UnitArgument {
  TimeUnit unit;
};

enum class TrimSide { kBoth, kLeading, kTrailing };
struct TrimArgument {
  TrimSide side;
};

enum class JsonFunction { kValue, kQuery, kExists, kObject, kArray, kObjectAgg, kArrayAgg };
enum class JsonOnCase {
  kNull,
  kError,
  kDefault,
  kEmptyArray,
  kEmptyObject,
  kTrue,
  kFalse,
  kUnknown
};
struct JsonBehavior {
  JsonOnCase kind = JsonOnCase::kNull;
  ExprPtr default_value;  // of kDefault
};
enum class JsonWrapper { kDefault, kWithout, kConditional, kUnconditional };
enum class JsonNulls { kDefault, kNullOnNull, kAbsentOnNull };
struct JsonCall {
  JsonFunction function;
  std::vector<ExprPtr> arguments;  // input, path; or key, value, key, value ...; or elements
  std::optional<TypeName> returning;
  std::optional<JsonBehavior> on_empty;
  std::optional<JsonBehavior> on_error;
  JsonWrapper wrapper = JsonWrapper::kDefault;
  JsonNulls nulls = JsonNulls::kDefault;
  AggregateClauses clauses;  // of the two aggregates
};

// (a, b) or ROW(a, b)
struct RowConstructor {
  std::vector<ExprPtr> values;
  bool explicit_row = false;
};

struct ArrayConstructor {
  std::vector<ExprPtr> values;
};

// MAP[k, v, k, v ...]
struct MapConstructor {
  std::vector<ExprPtr> entries;
};

enum class CollectionKind { kArray, kMultiset, kMap };
// ARRAY(SELECT ...)
struct CollectionQuery {
  CollectionKind kind;
  QueryPtr query;
};

// DESCRIPTOR(ts)
struct Descriptor {
  std::vector<Identifier> columns;
};

// TABLE t, TABLE t PARTITION BY k, or (SELECT ...), as the argument of a table function
struct TableArgument {
  std::optional<Name> table;
  QueryPtr query;  // when there is no name
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
};

struct Expr {
  std::variant<Literal, ColumnRef, Star, FieldAccess, ElementAccess, Unary, Binary, Logical, IsTest,
               Between, InTest, LikeTest, Quantified, ExistsTest, ScalarSubquery, Case, Cast, Call,
               UnitArgument, TrimArgument, JsonCall, RowConstructor, ArrayConstructor,
               MapConstructor, CollectionQuery, Descriptor, TableArgument>
      node;
  SourceSpan span;
};

enum class FrameBoundKind {
  kUnboundedPreceding,
  kPreceding,
  kCurrentRow,
  kFollowing,
  kUnboundedFollowing,
};
struct FrameBound {
  FrameBoundKind kind = FrameBoundKind::kCurrentRow;
  ExprPtr offset;  // of kPreceding, kFollowing
};
struct Frame {
  bool rows = true;  // else RANGE
  FrameBound start;
  std::optional<FrameBound> end;  // none: up to the current row
  SourceSpan span;
};

// OVER (...), or what a WINDOW clause names.
struct WindowSpec {
  std::optional<Identifier> base;  // a named window to start from
  bool name_only = false;          // OVER w, not OVER (w)
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::optional<Frame> frame;
  SourceSpan span;
};

// -------------------------------------------------------------------------------------- queries

// OPTIONS('k' = 'v'), LOOKUP('table' = 't'), BROADCAST(t1, t2)
struct Hint {
  Identifier name;
  std::vector<Option> options;
  std::vector<std::string> arguments;
};

struct TableAlias {
  Identifier name;
  std::vector<Identifier> columns;
};

struct TableName {
  Name name;
  std::vector<Hint> hints;
  ExprPtr system_time;  // FOR SYSTEM_TIME AS OF; may be null
};

struct DerivedTable {
  QueryPtr query;
  bool lateral = false;
};

// f(...), TABLE(f(...)), LATERAL TABLE(f(...))
struct TableFunction {
  ExprPtr call;  // a Call
  bool lateral = false;
  bool table_keyword = false;
};

struct Unnest {
  std::vector<ExprPtr> collections;
  bool with_ordinality = false;
  bool lateral = false;
};

// Cross also stands for a comma.
enum class JoinKind { kInner, kLeft, kRight, kFull, kCross };
struct Join {
  JoinKind kind = JoinKind::kInner;
  bool natural = false;
  bool comma = false;
  TableRefPtr left;
  TableRefPtr right;
  ExprPtr condition;  // ON; may be null
  std::vector<Identifier> using_columns;
};

enum class PatternKind {
  kVariable,
  kSequence,
  kAlternation,
  kRepeat,
  kPermute,
  kExclusion,
  kStart,
  kEnd
};
struct Pattern {
  PatternKind kind = PatternKind::kSequence;
  Identifier variable;            // of kVariable
  std::vector<Pattern> children;  // one of kRepeat and kExclusion
  int32_t min = 0;                // of kRepeat
  std::optional<int32_t> max;     // none: no limit
  bool reluctant = false;
};

struct NamedExpr {
  Identifier name;
  ExprPtr expr;
};

enum class RowsPerMatch { kDefault, kOne, kAll };
enum class AfterMatch { kDefault, kNextRow, kPastLastRow, kToFirst, kToLast, kToVariable };
struct MatchRecognize {
  TableRefPtr input;
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::vector<NamedExpr> measures;
  RowsPerMatch rows = RowsPerMatch::kDefault;
  AfterMatch after = AfterMatch::kDefault;
  std::optional<Identifier> after_variable;
  Pattern pattern;
  ExprPtr within;  // may be null
  struct Subset {
    Identifier name;
    std::vector<Identifier> variables;
  };
  std::vector<Subset> subsets;
  std::vector<NamedExpr> defines;
};

struct TableRef {
  std::variant<TableName, DerivedTable, TableFunction, Unnest, Join, MatchRecognize> node;
  std::optional<TableAlias> alias;
  SourceSpan span;
};

struct SelectItem {
  ExprPtr expr;
  std::optional<Identifier> alias;
};

enum class GroupItemKind { kExpr, kSet, kRollup, kCube, kGroupingSets };
// An expression; (a, b) or () as a set; ROLLUP, CUBE, GROUPING SETS of items.
struct GroupItem {
  GroupItemKind kind = GroupItemKind::kExpr;
  ExprPtr expr;
  std::vector<GroupItem> items;
  SourceSpan span;
};

struct NamedWindow {
  Identifier name;
  WindowSpec spec;
};

struct Select {
  std::vector<Hint> hints;
  bool distinct = false;
  std::vector<SelectItem> items;
  TableRefPtr from;  // may be null
  ExprPtr where;     // may be null
  bool group_by_present = false;
  bool group_by_distinct = false;
  std::vector<GroupItem> group_by;
  ExprPtr having;  // may be null
  std::vector<NamedWindow> windows;
  ExprPtr qualify;  // may be null
  SourceSpan span;
};

enum class SetOpKind { kUnion, kIntersect, kExcept };
struct SetOp {
  SetOpKind kind;
  bool all = false;
  QueryPtr left;
  QueryPtr right;
};

struct Values {
  std::vector<ExprPtr> rows;  // a RowConstructor, or one expression for a row of one column
};

// TABLE t as a query
struct TableQuery {
  Name table;
};

struct CommonTable {
  Identifier name;
  std::vector<Identifier> columns;
  QueryPtr query;
};

struct Query {
  std::vector<CommonTable> with;
  std::variant<Select, SetOp, Values, TableQuery, QueryPtr> body;  // QueryPtr: in parentheses
  std::vector<OrderItem> order_by;
  ExprPtr offset;  // may be null
  ExprPtr limit;   // LIMIT or FETCH; may be null
  SourceSpan span;
};

}  // namespace weir::sql::ast
