#include "sql/parser_impl.h"

// Types, time units and interval qualifiers.

namespace weir::sql {

using ast::TimeUnit;
using ast::TypeKind;
using ast::TypeName;

SqlResult<TypeName> Parser::ParseType() {
  Nesting nesting(&nesting_);
  SQL_RETURN_IF_ERROR(CheckNesting());
  HeightScope height(&height_);
  const SourceSpan start = Here();
  ASSIGN_OR_RETURN(TypeName type, ParseBaseType());
  SQL_RETURN_IF_ERROR(ParseNullability(&type));
  type.span = From(start);
  // INT ARRAY, INT MULTISET
  while (AtAny({Keyword::kARRAY, Keyword::kMULTISET})) {
    SQL_RETURN_IF_ERROR(Grow());
    TypeName collection;
    collection.kind = Take().keyword == Keyword::kARRAY ? TypeKind::kArray : TypeKind::kMultiset;
    collection.arguments.push_back(std::move(type));
    SQL_RETURN_IF_ERROR(ParseNullability(&collection));
    collection.span = From(start);
    type = std::move(collection);
  }
  return type;
}

SqlStatus Parser::ParseNullability(TypeName* type) {
  if (Accept(Keyword::kNOT, Keyword::kNULL)) {
    type->nullable = false;
  } else if (!At(Keyword::kON, 1) && Accept(Keyword::kNULL)) {
    // JSON_VALUE(... RETURNING INT NULL ON EMPTY): that NULL is not the type's.
    type->nullable = true;
  }
  return {};
}

SqlResult<TypeName> Parser::ParseBaseType() {
  TypeName type;
  if (!At(TokenKind::kWord)) {
    if (!At(TokenKind::kQuotedWord)) return Unexpected("a type");
    type.kind = TypeKind::kNamed;
    ASSIGN_OR_RETURN(type.name, ParseName("a type"));
    return type;
  }
  switch (Peek().keyword) {
    case Keyword::kARRAY:
      type.kind = TypeKind::kArray;
      Take();
      SQL_RETURN_IF_ERROR(ParseTypeArguments(&type, 1));
      return type;
    case Keyword::kMULTISET:
      type.kind = TypeKind::kMultiset;
      Take();
      SQL_RETURN_IF_ERROR(ParseTypeArguments(&type, 1));
      return type;
    case Keyword::kMAP:
      type.kind = TypeKind::kMap;
      Take();
      SQL_RETURN_IF_ERROR(ParseTypeArguments(&type, 2));
      return type;
    case Keyword::kROW:
      type.kind = TypeKind::kRow;
      Take();
      SQL_RETURN_IF_ERROR(ParseRowFields(&type));
      return type;
    case Keyword::kSTRUCTURED:
      type.kind = TypeKind::kStructured;
      Take();
      SQL_RETURN_IF_ERROR(ParseStructured(&type));
      return type;
    case Keyword::kRAW:
      type.kind = TypeKind::kRaw;
      Take();
      SQL_RETURN_IF_ERROR(ParseRaw(&type));
      return type;
    case Keyword::kINTERVAL: {
      type.kind = TypeKind::kInterval;
      Take();
      ASSIGN_OR_RETURN(type.interval, ParseIntervalQualifier());
      return type;
    }
    default:
      break;
  }
  SQL_RETURN_IF_ERROR(ParseScalarType(&type));
  return type;
}

SqlStatus Parser::ParseScalarType(TypeName* type) {
  const Keyword keyword = Peek().keyword;
  size_t parameters = 0;
  switch (keyword) {
    case Keyword::kBOOLEAN:
      type->kind = TypeKind::kBoolean;
      break;
    case Keyword::kTINYINT:
      type->kind = TypeKind::kTinyInt;
      break;
    case Keyword::kSMALLINT:
      type->kind = TypeKind::kSmallInt;
      break;
    case Keyword::kINT:
    case Keyword::kINTEGER:
      type->kind = TypeKind::kInt;
      break;
    case Keyword::kBIGINT:
      type->kind = TypeKind::kBigInt;
      break;
    case Keyword::kFLOAT:
      type->kind = TypeKind::kFloat;
      break;
    case Keyword::kDOUBLE:
      type->kind = TypeKind::kDouble;
      break;
    case Keyword::kDECIMAL:
    case Keyword::kDEC:
    case Keyword::kNUMERIC:
      type->kind = TypeKind::kDecimal;
      parameters = 2;
      break;
    case Keyword::kCHAR:
    case Keyword::kCHARACTER:
      type->kind = TypeKind::kChar;
      parameters = 1;
      break;
    case Keyword::kVARCHAR:
      type->kind = TypeKind::kVarChar;
      parameters = 1;
      break;
    case Keyword::kSTRING:
      type->kind = TypeKind::kString;
      break;
    case Keyword::kBINARY:
      type->kind = TypeKind::kBinary;
      parameters = 1;
      break;
    case Keyword::kVARBINARY:
      type->kind = TypeKind::kVarBinary;
      parameters = 1;
      break;
    case Keyword::kBYTES:
      type->kind = TypeKind::kBytes;
      break;
    case Keyword::kDATE:
      type->kind = TypeKind::kDate;
      break;
    case Keyword::kTIME:
      type->kind = TypeKind::kTime;
      parameters = 1;
      break;
    case Keyword::kTIMESTAMP:
      type->kind = TypeKind::kTimestamp;
      parameters = 1;
      break;
    case Keyword::kTIMESTAMP_LTZ:
      type->kind = TypeKind::kTimestampLtz;
      parameters = 1;
      break;
    case Keyword::kVARIANT:
      type->kind = TypeKind::kVariant;
      break;
    case Keyword::kNULL:
      type->kind = TypeKind::kNull;
      break;
    default: {
      if (!AtIdentifier()) return Unexpected("a type");
      type->kind = TypeKind::kNamed;
      ASSIGN_OR_RETURN(type->name, ParseName("a type"));
      return {};
    }
  }
  Take();
  if (keyword == Keyword::kDOUBLE) Accept(Keyword::kPRECISION);
  if (type->kind == TypeKind::kChar && Accept(Keyword::kVARYING)) type->kind = TypeKind::kVarChar;
  if (type->kind == TypeKind::kBinary && Accept(Keyword::kVARYING)) {
    type->kind = TypeKind::kVarBinary;
  }
  SQL_RETURN_IF_ERROR(ParseTypeParameters(type, parameters));
  if (keyword == Keyword::kTIMESTAMP || keyword == Keyword::kTIME) return ParseTimeZone(type);
  return {};
}

SqlStatus Parser::ParseTypeParameters(TypeName* type, size_t at_most) {
  if (at_most == 0 || !Accept(TokenKind::kLeftParen)) return {};
  do {
    if (type->parameters.size() == at_most) return Unexpected("')'");
    ASSIGN_OR_RETURN(int32_t parameter, ParseSmallInteger("a number"));
    type->parameters.push_back(parameter);
  } while (Accept(TokenKind::kComma));
  return Expect(TokenKind::kRightParen);
}

SqlStatus Parser::ParseTimeZone(TypeName* type) {
  if (Accept(Keyword::kWITHOUT)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kTIME));
    return Expect(Keyword::kZONE);
  }
  if (type->kind != TypeKind::kTimestamp || !At(Keyword::kWITH)) return {};
  // WITH may also begin what follows a column: only these words belong to the type.
  if (At(Keyword::kLOCAL, 1)) {
    Take();
    Take();
    type->kind = TypeKind::kTimestampLtz;
  } else if (At(Keyword::kTIME, 1)) {
    Take();
    type->kind = TypeKind::kTimestampTz;
  } else {
    return {};
  }
  SQL_RETURN_IF_ERROR(Expect(Keyword::kTIME));
  return Expect(Keyword::kZONE);
}

SqlStatus Parser::ParseTypeArguments(TypeName* type, size_t count) {
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLess));
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) SQL_RETURN_IF_ERROR(Expect(TokenKind::kComma));
    ASSIGN_OR_RETURN(TypeName argument, ParseType());
    type->arguments.push_back(std::move(argument));
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kGreater));
  return Grow();
}

SqlStatus Parser::ParseRowFields(TypeName* type) {
  TokenKind close = TokenKind::kGreater;
  if (Accept(TokenKind::kNotEqual)) return {};  // ROW<>
  if (Accept(TokenKind::kLeftParen)) {
    close = TokenKind::kRightParen;
  } else {
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kLess));
  }
  if (Accept(close)) return {};
  return ParseFieldList(type, close);
}

SqlStatus Parser::ParseFieldList(TypeName* type, TokenKind close) {
  do {
    ast::TypeField field;
    ASSIGN_OR_RETURN(field.name, ParseIdentifier("a field name"));
    ASSIGN_OR_RETURN(field.type, ParseType());
    if (At(TokenKind::kString)) {
      ASSIGN_OR_RETURN(field.comment, ParseString("a comment"));
    }
    type->fields.push_back(std::move(field));
  } while (Accept(TokenKind::kComma));
  SQL_RETURN_IF_ERROR(Expect(close));
  return Grow();
}

SqlStatus Parser::ParseStructured(TypeName* type) {
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLess));
  ASSIGN_OR_RETURN(std::string class_name, ParseString("the class name in single quotes"));
  type->strings.push_back(std::move(class_name));
  if (Accept(TokenKind::kGreater)) return {};
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kComma));
  return ParseFieldList(type, TokenKind::kGreater);
}

SqlStatus Parser::ParseRaw(TypeName* type) {
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  ASSIGN_OR_RETURN(std::string class_name, ParseString("the class name in single quotes"));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kComma));
  ASSIGN_OR_RETURN(std::string snapshot, ParseString("the serializer in single quotes"));
  type->strings = {std::move(class_name), std::move(snapshot)};
  return Expect(TokenKind::kRightParen);
}

// ------------------------------------------------------------------------------------ time units

namespace {

std::optional<TimeUnit> UnitOf(Keyword keyword) {
  switch (keyword) {
    case Keyword::kNANOSECOND:
      return TimeUnit::kNanosecond;
    case Keyword::kMICROSECOND:
      return TimeUnit::kMicrosecond;
    case Keyword::kMILLISECOND:
      return TimeUnit::kMillisecond;
    case Keyword::kSECOND:
    case Keyword::kSECONDS:
      return TimeUnit::kSecond;
    case Keyword::kMINUTE:
    case Keyword::kMINUTES:
      return TimeUnit::kMinute;
    case Keyword::kHOUR:
    case Keyword::kHOURS:
      return TimeUnit::kHour;
    case Keyword::kDAY:
    case Keyword::kDAYS:
      return TimeUnit::kDay;
    case Keyword::kWEEK:
    case Keyword::kWEEKS:
      return TimeUnit::kWeek;
    case Keyword::kMONTH:
    case Keyword::kMONTHS:
      return TimeUnit::kMonth;
    case Keyword::kQUARTER:
    case Keyword::kQUARTERS:
      return TimeUnit::kQuarter;
    case Keyword::kYEAR:
    case Keyword::kYEARS:
      return TimeUnit::kYear;
    case Keyword::kDECADE:
      return TimeUnit::kDecade;
    case Keyword::kCENTURY:
      return TimeUnit::kCentury;
    case Keyword::kMILLENNIUM:
      return TimeUnit::kMillennium;
    case Keyword::kEPOCH:
      return TimeUnit::kEpoch;
    case Keyword::kDOW:
      return TimeUnit::kDayOfWeek;
    case Keyword::kDOY:
      return TimeUnit::kDayOfYear;
    case Keyword::kISODOW:
      return TimeUnit::kIsoDayOfWeek;
    case Keyword::kISOYEAR:
      return TimeUnit::kIsoYear;
    default:
      return std::nullopt;
  }
}

// SQL_TSI_DAY is DAY.
constexpr std::string_view kOdbcPrefix = "SQL_TSI_";

}  // namespace

std::optional<TimeUnit> Parser::AcceptTimeUnit() {
  if (!At(TokenKind::kWord)) return std::nullopt;
  std::string_view word = TextOf(Peek());
  Keyword keyword = Peek().keyword;
  if (keyword == Keyword::kNone && word.size() > kOdbcPrefix.size() &&
      (word.starts_with("SQL_TSI_") || word.starts_with("sql_tsi_"))) {
    keyword = FindKeyword(word.substr(kOdbcPrefix.size()));
  }
  std::optional<TimeUnit> unit = UnitOf(keyword);
  if (unit) Take();
  return unit;
}

SqlResult<TimeUnit> Parser::ParseTimeUnit() {
  std::optional<TimeUnit> unit = AcceptTimeUnit();
  if (unit) return *unit;
  AtAny({Keyword::kYEAR, Keyword::kQUARTER, Keyword::kMONTH, Keyword::kWEEK, Keyword::kDAY,
         Keyword::kHOUR, Keyword::kMINUTE, Keyword::kSECOND});  // for the hint
  return Unexpected("a time unit such as DAY, HOUR, MINUTE or SECOND");
}

SqlResult<ast::IntervalQualifier> Parser::ParseIntervalQualifier() {
  const SourceSpan start = Here();
  ast::IntervalQualifier qualifier;
  ASSIGN_OR_RETURN(qualifier.from, ParseTimeUnit());
  if (qualifier.from < TimeUnit::kSecond || qualifier.from > TimeUnit::kYear) {
    return ErrorAt(From(start), "there are no intervals of this unit",
                   "use YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE or SECOND");
  }
  if (Accept(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(qualifier.leading_precision, ParseSmallInteger("a precision"));
    if (qualifier.from == TimeUnit::kSecond && Accept(TokenKind::kComma)) {
      ASSIGN_OR_RETURN(qualifier.fractional_precision, ParseSmallInteger("a precision"));
    }
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  }
  // TO may also follow an interval literal, in FLOOR(x + INTERVAL '1' DAY TO HOUR)... which nobody
  // writes; as in Flink it belongs to the interval.
  if (Accept(Keyword::kTO)) {
    ASSIGN_OR_RETURN(qualifier.to, ParseTimeUnit());
    const bool year_month = qualifier.from == TimeUnit::kYear && qualifier.to == TimeUnit::kMonth;
    const bool day_time = qualifier.from <= TimeUnit::kDay && *qualifier.to < qualifier.from &&
                          *qualifier.to >= TimeUnit::kSecond;
    if (!year_month && !day_time) {
      return ErrorAt(From(start), "there are no intervals of this range",
                     "use YEAR TO MONTH, or from DAY, HOUR or MINUTE to a smaller unit");
    }
    if (*qualifier.to == TimeUnit::kSecond && Accept(TokenKind::kLeftParen)) {
      ASSIGN_OR_RETURN(qualifier.fractional_precision, ParseSmallInteger("a precision"));
      SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
    }
  }
  qualifier.span = From(start);
  return qualifier;
}

}  // namespace weir::sql
