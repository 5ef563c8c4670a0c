#include "sql/keywords.h"
#include "sql/precedence.h"
#include "sql/unparse_impl.h"

// Calls, windows, JSON functions and types.

namespace weir::sql {
namespace {

bool IsPlainWord(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  for (char c : text) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
    if (!good) return false;
  }
  return true;
}

bool IsUnit(const ast::Argument& argument) {
  return std::holds_alternative<ast::UnitArgument>(argument.value->node);
}
bool IsTrimSide(const ast::Argument& argument) {
  return std::holds_alternative<ast::TrimArgument>(argument.value->node);
}

std::string_view FunctionText(ast::JsonFunction function) {
  switch (function) {
    case ast::JsonFunction::kValue:
      return "JSON_VALUE(";
    case ast::JsonFunction::kQuery:
      return "JSON_QUERY(";
    case ast::JsonFunction::kExists:
      return "JSON_EXISTS(";
    case ast::JsonFunction::kObject:
      return "JSON_OBJECT(";
    case ast::JsonFunction::kArray:
      return "JSON_ARRAY(";
    case ast::JsonFunction::kObjectAgg:
      return "JSON_OBJECTAGG(";
    case ast::JsonFunction::kArrayAgg:
      return "JSON_ARRAYAGG(";
  }
  return "";
}

std::string_view TypeText(ast::TypeKind kind) {
  switch (kind) {
    case ast::TypeKind::kBoolean:
      return "BOOLEAN";
    case ast::TypeKind::kTinyInt:
      return "TINYINT";
    case ast::TypeKind::kSmallInt:
      return "SMALLINT";
    case ast::TypeKind::kInt:
      return "INT";
    case ast::TypeKind::kBigInt:
      return "BIGINT";
    case ast::TypeKind::kFloat:
      return "FLOAT";
    case ast::TypeKind::kDouble:
      return "DOUBLE";
    case ast::TypeKind::kDecimal:
      return "DECIMAL";
    case ast::TypeKind::kChar:
      return "CHAR";
    case ast::TypeKind::kVarChar:
      return "VARCHAR";
    case ast::TypeKind::kString:
      return "STRING";
    case ast::TypeKind::kBinary:
      return "BINARY";
    case ast::TypeKind::kVarBinary:
      return "VARBINARY";
    case ast::TypeKind::kBytes:
      return "BYTES";
    case ast::TypeKind::kDate:
      return "DATE";
    case ast::TypeKind::kTime:
      return "TIME";
    case ast::TypeKind::kTimestamp:
      return "TIMESTAMP";
    case ast::TypeKind::kTimestampLtz:
      return "TIMESTAMP_LTZ";
    case ast::TypeKind::kTimestampTz:
      return "TIMESTAMP";  // and its WITH TIME ZONE
    case ast::TypeKind::kInterval:
      return "INTERVAL";
    case ast::TypeKind::kArray:
      return "ARRAY";
    case ast::TypeKind::kMultiset:
      return "MULTISET";
    case ast::TypeKind::kMap:
      return "MAP";
    case ast::TypeKind::kRow:
      return "ROW";
    case ast::TypeKind::kStructured:
      return "STRUCTURED";
    case ast::TypeKind::kVariant:
      return "VARIANT";
    case ast::TypeKind::kRaw:
      return "RAW";
    case ast::TypeKind::kNull:
      return "NULL";
    case ast::TypeKind::kNamed:
      return "";
  }
  return "";
}

}  // namespace

std::string_view TimeUnitName(ast::TimeUnit unit) {
  switch (unit) {
    case ast::TimeUnit::kNanosecond:
      return "NANOSECOND";
    case ast::TimeUnit::kMicrosecond:
      return "MICROSECOND";
    case ast::TimeUnit::kMillisecond:
      return "MILLISECOND";
    case ast::TimeUnit::kSecond:
      return "SECOND";
    case ast::TimeUnit::kMinute:
      return "MINUTE";
    case ast::TimeUnit::kHour:
      return "HOUR";
    case ast::TimeUnit::kDay:
      return "DAY";
    case ast::TimeUnit::kWeek:
      return "WEEK";
    case ast::TimeUnit::kMonth:
      return "MONTH";
    case ast::TimeUnit::kQuarter:
      return "QUARTER";
    case ast::TimeUnit::kYear:
      return "YEAR";
    case ast::TimeUnit::kDecade:
      return "DECADE";
    case ast::TimeUnit::kCentury:
      return "CENTURY";
    case ast::TimeUnit::kMillennium:
      return "MILLENNIUM";
    case ast::TimeUnit::kEpoch:
      return "EPOCH";
    case ast::TimeUnit::kDayOfWeek:
      return "DOW";
    case ast::TimeUnit::kDayOfYear:
      return "DOY";
    case ast::TimeUnit::kIsoDayOfWeek:
      return "ISODOW";
    case ast::TimeUnit::kIsoYear:
      return "ISOYEAR";
  }
  return "";
}

// ----------------------------------------------------------------------------------------- calls

void Unparser::Node(const ast::UnitArgument& unit) { Add(TimeUnitName(unit.unit)); }

void Unparser::Node(const ast::TrimArgument& trim) {
  Add(trim.side == ast::TrimSide::kBoth      ? "BOTH"
      : trim.side == ast::TrimSide::kLeading ? "LEADING"
                                             : "TRAILING");
}

void Unparser::Node(const ast::Call& call) {
  if (call.scope == ast::MatchScope::kRunning) Add("RUNNING ");
  if (call.scope == ast::MatchScope::kFinal) Add("FINAL ");
  // The names of our own functions are words, those of others may be anything.
  const bool plain = call.function.parts.size() == 1 && IsPlainWord(call.function.parts[0].text);
  if (plain) {
    Add(call.function.parts[0].text);
  } else {
    AddName(call.function);
  }
  if (call.bare) return;
  Add("(");
  if (!WriteSpecialCall(call)) WriteArguments(call);
  Add(")");
  if (call.nulls == ast::NullTreatment::kIgnore) Add(" IGNORE NULLS");
  if (call.nulls == ast::NullTreatment::kRespect) Add(" RESPECT NULLS");
  WriteAggregateClauses(call.clauses);
}

void Unparser::WriteArguments(const ast::Call& call) {
  if (call.distinct) Add("DISTINCT ");
  AddList(call.arguments, [&](const ast::Argument& argument) {
    if (argument.name) {
      AddIdentifier(*argument.name);
      Add(" => ");
    }
    Write(*argument.value);
  });
  if (!call.order_by.empty()) {
    Add(" ORDER BY ");
    WriteOrderBy(call.order_by);
  }
}

// The arguments of functions with a syntax of their own.
bool Unparser::WriteSpecialCall(const ast::Call& call) {
  if (call.function.parts.size() != 1) return false;
  const std::vector<ast::Argument>& arguments = call.arguments;
  const auto write = [&](size_t i) { Write(*arguments[i].value); };
  const Keyword name = FindKeyword(call.function.parts[0].text);
  if (name == Keyword::kEXTRACT && arguments.size() == 2 && IsUnit(arguments[0])) {
    write(0);
    Add(" FROM ");
    write(1);
    return true;
  }
  if ((name == Keyword::kFLOOR || name == Keyword::kCEIL) && arguments.size() == 2 &&
      IsUnit(arguments[1])) {
    write(0);
    Add(" TO ");
    write(1);
    return true;
  }
  if (name == Keyword::kTRIM && arguments.size() > 1 && IsTrimSide(arguments[0])) {
    for (size_t i = 0; i + 1 < arguments.size(); ++i) {
      write(i);
      Add(" ");
    }
    Add("FROM ");
    write(arguments.size() - 1);
    return true;
  }
  if (name == Keyword::kPOSITION && arguments.size() >= 2) {
    Write(*arguments[0].value, kRangePrecedence + 1);
    Add(" IN ");
    write(1);
    if (arguments.size() > 2) {
      Add(" FROM ");
      write(2);
    }
    return true;
  }
  if (name == Keyword::kOVERLAY && arguments.size() >= 3) {
    write(0);
    Add(" PLACING ");
    write(1);
    Add(" FROM ");
    write(2);
    if (arguments.size() > 3) {
      Add(" FOR ");
      write(3);
    }
    return true;
  }
  return false;
}

void Unparser::WriteAggregateClauses(const ast::AggregateClauses& clauses) {
  if (!clauses.within_group.empty()) {
    Add(" WITHIN GROUP (ORDER BY ");
    WriteOrderBy(clauses.within_group);
    Add(")");
  }
  if (clauses.filter != nullptr) {
    Add(" FILTER (WHERE ");
    Write(*clauses.filter);
    Add(")");
  }
  if (clauses.over != nullptr) WriteOver(*clauses.over);
}

void Unparser::WriteOver(const ast::WindowSpec& spec) {
  Add(" OVER ");
  if (spec.name_only) {
    AddIdentifier(*spec.base);
  } else {
    WriteWindowSpec(spec);
  }
}

void Unparser::WriteWindowSpec(const ast::WindowSpec& spec) {
  Add("(");
  const char* separator = "";
  if (spec.base) {
    AddIdentifier(*spec.base);
    separator = " ";
  }
  if (!spec.partition_by.empty()) {
    Add(separator);
    Add("PARTITION BY ");
    AddExprs(spec.partition_by);
    separator = " ";
  }
  if (!spec.order_by.empty()) {
    Add(separator);
    Add("ORDER BY ");
    WriteOrderBy(spec.order_by);
    separator = " ";
  }
  if (spec.frame) {
    Add(separator);
    Add(spec.frame->rows ? "ROWS " : "RANGE ");
    if (spec.frame->end) Add("BETWEEN ");
    WriteFrameBound(spec.frame->start);
    if (spec.frame->end) {
      Add(" AND ");
      WriteFrameBound(*spec.frame->end);
    }
  }
  Add(")");
}

void Unparser::WriteFrameBound(const ast::FrameBound& bound) {
  if (bound.offset != nullptr) {
    // AND would end the bound.
    Write(*bound.offset, kAndPrecedence + 1);
  }
  switch (bound.kind) {
    case ast::FrameBoundKind::kUnboundedPreceding:
      return Add("UNBOUNDED PRECEDING");
    case ast::FrameBoundKind::kPreceding:
      return Add(" PRECEDING");
    case ast::FrameBoundKind::kCurrentRow:
      return Add("CURRENT ROW");
    case ast::FrameBoundKind::kFollowing:
      return Add(" FOLLOWING");
    case ast::FrameBoundKind::kUnboundedFollowing:
      return Add("UNBOUNDED FOLLOWING");
  }
}

// ------------------------------------------------------------------------------------------ JSON

void Unparser::Node(const ast::JsonCall& call) {
  Add(FunctionText(call.function));
  if (call.function == ast::JsonFunction::kObject ||
      call.function == ast::JsonFunction::kObjectAgg) {
    WriteJsonMembers(call);
  } else {
    AddExprs(call.arguments);
  }
  if (call.returning) {
    Add(" RETURNING ");
    Write(*call.returning);
  }
  if (call.wrapper == ast::JsonWrapper::kWithout) Add(" WITHOUT ARRAY WRAPPER");
  if (call.wrapper == ast::JsonWrapper::kConditional) Add(" WITH CONDITIONAL ARRAY WRAPPER");
  if (call.wrapper == ast::JsonWrapper::kUnconditional) Add(" WITH UNCONDITIONAL ARRAY WRAPPER");
  if (call.on_empty) {
    WriteJsonBehavior(*call.on_empty);
    Add(" ON EMPTY");
  }
  if (call.on_error) {
    WriteJsonBehavior(*call.on_error);
    Add(" ON ERROR");
  }
  const std::string_view separator = call.arguments.empty() ? "" : " ";
  if (call.nulls != ast::JsonNulls::kDefault) {
    Add(separator);
    Add(call.nulls == ast::JsonNulls::kNullOnNull ? "NULL ON NULL" : "ABSENT ON NULL");
  }
  Add(")");
  WriteAggregateClauses(call.clauses);
}

void Unparser::WriteJsonMembers(const ast::JsonCall& call) {
  for (size_t i = 0; i + 1 < call.arguments.size(); i += 2) {
    if (i > 0) Add(", ");
    Add("KEY ");
    Write(*call.arguments[i]);
    Add(" VALUE ");
    Write(*call.arguments[i + 1]);
  }
}

void Unparser::WriteJsonBehavior(const ast::JsonBehavior& behavior) {
  switch (behavior.kind) {
    case ast::JsonOnCase::kNull:
      return Add(" NULL");
    case ast::JsonOnCase::kError:
      return Add(" ERROR");
    case ast::JsonOnCase::kDefault:
      Add(" DEFAULT ");
      return Write(*behavior.default_value);
    case ast::JsonOnCase::kEmptyArray:
      return Add(" EMPTY ARRAY");
    case ast::JsonOnCase::kEmptyObject:
      return Add(" EMPTY OBJECT");
    case ast::JsonOnCase::kTrue:
      return Add(" TRUE");
    case ast::JsonOnCase::kFalse:
      return Add(" FALSE");
    case ast::JsonOnCase::kUnknown:
      return Add(" UNKNOWN");
  }
}

// ----------------------------------------------------------------------------------------- types

void Unparser::WriteInterval(const ast::IntervalQualifier& qualifier) {
  Add(TimeUnitName(qualifier.from));
  const bool one_unit = !qualifier.to;
  if (qualifier.leading_precision) {
    Add("(" + std::to_string(*qualifier.leading_precision));
    if (one_unit && qualifier.fractional_precision) {
      Add(", " + std::to_string(*qualifier.fractional_precision));
    }
    Add(")");
  }
  if (one_unit) return;
  Add(" TO ");
  Add(TimeUnitName(*qualifier.to));
  if (qualifier.fractional_precision) {
    Add("(" + std::to_string(*qualifier.fractional_precision) + ")");
  }
}

void Unparser::Write(const ast::TypeName& type) {
  if (type.kind == ast::TypeKind::kNamed) {
    AddName(*type.name);
  } else {
    Add(TypeText(type.kind));
  }
  if (!type.parameters.empty()) {
    Add("(");
    AddList(type.parameters, [&](int32_t parameter) { Add(std::to_string(parameter)); });
    Add(")");
  }
  if (type.kind == ast::TypeKind::kTimestampTz) Add(" WITH TIME ZONE");
  if (type.interval) {
    Add(" ");
    WriteInterval(*type.interval);
  }
  if (!type.arguments.empty()) {
    Add("<");
    AddList(type.arguments, [&](const ast::TypeName& argument) { Write(argument); });
    Add(">");
  }
  if (type.kind == ast::TypeKind::kRaw) {
    Add("(");
    AddList(type.strings, [&](const std::string& text) { AddString(text); });
    Add(")");
  }
  if (type.kind == ast::TypeKind::kRow || type.kind == ast::TypeKind::kStructured) {
    WriteFields(type);
  }
  if (type.nullable) Add(*type.nullable ? " NULL" : " NOT NULL");
}

void Unparser::WriteFields(const ast::TypeName& type) {
  Add("<");
  AddList(type.strings, [&](const std::string& text) { AddString(text); });
  if (!type.strings.empty() && !type.fields.empty()) Add(", ");
  AddList(type.fields, [&](const ast::TypeField& field) {
    AddIdentifier(field.name);
    Add(" ");
    Write(field.type);
    if (field.comment) {
      Add(" ");
      AddString(*field.comment);
    }
  });
  Add(">");
}

}  // namespace weir::sql
