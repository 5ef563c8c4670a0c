#include <algorithm>
#include <cstring>

#include "common/data/decimal.h"
#include "operators/expressions/expr.h"
#include "proto/plan.pb.h"

// A plan comes from another process: everything that a later CHECK would stop at is refused here.

namespace weir {
namespace {

// Deeper than any statement that the parser takes.
constexpr int kMaxExprDepth = 2000;
constexpr int kMaxTypeDepth = 100;

Status Invalid(std::string what) { return InvalidArgumentError("plan: " + std::move(what)); }

size_t ExpectedFields(TypeKind kind) {
  switch (kind) {
    case TypeKind::kArray:
    case TypeKind::kMultiset:
      return 1;
    case TypeKind::kMap:
      return 2;
    default:
      return 0;
  }
}

Status CheckParameters(const DataType& type) {
  int precision = type.precision(), scale = type.scale();
  switch (type.kind()) {
    case TypeKind::kDecimal:
      if (precision < 1 || precision > kMaxDecimalPrecision || scale < 0 || scale > precision) {
        return Invalid("no such type: " + type.ToString());
      }
      return OkStatus();
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      if (precision < 0 || precision > 9) return Invalid("no such type: " + type.ToString());
      return OkStatus();
    default:
      if (precision < 0) return Invalid("a type of negative length");
      return OkStatus();
  }
}

StatusOr<DataType> TypeFromProto(const plan::DataType& type, int depth) {
  if (depth > kMaxTypeDepth) return Invalid("a type nested too deeply");
  if (type.kind() > static_cast<uint32_t>(TypeKind::kVariant)) {
    return Invalid("unknown type kind " + std::to_string(type.kind()));
  }
  auto kind = static_cast<TypeKind>(type.kind());
  if (kind != TypeKind::kRow && static_cast<size_t>(type.fields_size()) != ExpectedFields(kind)) {
    return Invalid("type kind " + std::to_string(type.kind()) + " with " +
                   std::to_string(type.fields_size()) + " fields");
  }
  std::vector<Field> fields;
  for (const plan::Field& field : type.fields()) {
    ASSIGN_OR_RETURN(DataType field_type, TypeFromProto(field.type(), depth + 1));
    fields.push_back({field.name(), std::move(field_type)});
  }
  DataType result =
      DataType::Make(kind, type.nullable(), type.precision(), type.scale(), std::move(fields));
  RETURN_IF_ERROR(CheckParameters(result));
  return result;
}

StatusOr<Value> Mismatch(const DataType& type) {
  return Invalid("a literal that is no " + type.ToString());
}

StatusOr<Value> IntegerFromProto(int64_t value, const DataType& type) {
  int bits = type.fixed_width() * 8;
  if (bits < 64) {
    int64_t limit = int64_t{1} << (bits - 1);
    if (value < -limit || value >= limit) return Mismatch(type);
  }
  return Value(value);
}

StatusOr<Value> ValueFromProto(const plan::Value& value, const DataType& type, int depth);

StatusOr<Value> ListFromProto(const plan::ValueList& list, const DataType& type, int depth) {
  Value::List values;
  if (type.kind() == TypeKind::kRow &&
      static_cast<size_t>(list.values_size()) != type.fields().size()) {
    return Mismatch(type);
  }
  for (int i = 0; i < list.values_size(); ++i) {
    const plan::Value& item = list.values(i);
    if (type.kind() == TypeKind::kArray) {
      ASSIGN_OR_RETURN(Value element, ValueFromProto(item, type.element(), depth + 1));
      values.push_back(std::move(element));
    } else if (type.kind() == TypeKind::kRow) {
      ASSIGN_OR_RETURN(Value field,
                       ValueFromProto(item, type.fields()[static_cast<size_t>(i)].type, depth + 1));
      values.push_back(std::move(field));
    } else {
      if (item.list().values_size() != 2) return Mismatch(type);
      bool map = type.kind() == TypeKind::kMap;
      ASSIGN_OR_RETURN(Value key, ValueFromProto(item.list().values(0),
                                                 map ? type.key() : type.element(), depth + 1));
      ASSIGN_OR_RETURN(
          Value mapped,
          ValueFromProto(item.list().values(1), map ? type.value() : DataType::Int(), depth + 1));
      values.push_back(Value(Value::List{std::move(key), std::move(mapped)}));
    }
  }
  return Value(std::move(values));
}

StatusOr<Value> ValueFromProto(const plan::Value& value, const DataType& type, int depth) {
  if (depth > kMaxTypeDepth) return Invalid("a literal nested too deeply");
  switch (value.value_case()) {
    case plan::Value::kNull:
      return Value();
    case plan::Value::kBoolean:
      if (type.kind() != TypeKind::kBoolean) return Mismatch(type);
      return Value(value.boolean());
    case plan::Value::kInteger:
      if (type.is_nested() || type.is_string() || type.is_binary() || type.is_approximate() ||
          type.is_decimal() || type.is_variant() || type.kind() <= TypeKind::kBoolean) {
        return Mismatch(type);
      }
      return IntegerFromProto(value.integer(), type);
    case plan::Value::kReal:
      if (!type.is_approximate()) return Mismatch(type);
      return Value(value.real());
    case plan::Value::kDecimal: {
      if (!type.is_decimal() || value.decimal().size() != sizeof(Int128)) return Mismatch(type);
      Int128 decimal;
      std::memcpy(&decimal, value.decimal().data(), sizeof(decimal));
      if (!FitsDecimal(decimal, type.precision())) return Mismatch(type);
      return Value(decimal);
    }
    case plan::Value::kBytes:
      if (!type.is_string() && !type.is_binary() && !type.is_variant()) return Mismatch(type);
      return Value(value.bytes());
    case plan::Value::kList:
      if (!type.is_nested()) return Mismatch(type);
      return ListFromProto(value.list(), type, depth);
    case plan::Value::VALUE_NOT_SET:
      break;
  }
  return Invalid("a literal without a value");
}

// An expression read so far, and how deep it is.
struct Built {
  ExprPtr expr;
  int depth = 1;
};

StatusOr<Built> NodeFromProto(const plan::ExpressionNode& node, std::vector<Built>& stack) {
  ASSIGN_OR_RETURN(DataType type, FromProto(node.type()));
  switch (node.node_case()) {
    case plan::ExpressionNode::kInput:
      return Built{Expr::MakeInput(std::move(type), node.input())};
    case plan::ExpressionNode::kLiteral: {
      ASSIGN_OR_RETURN(Value value, FromProto(node.literal(), type));
      return Built{Expr::MakeLiteral(std::move(type), std::move(value))};
    }
    case plan::ExpressionNode::kCall: {
      const size_t count = node.call().arguments();
      if (count > stack.size()) return Invalid("a call without its arguments");
      std::vector<ExprPtr> args;
      int depth = 0;
      for (size_t i = stack.size() - count; i < stack.size(); ++i) {
        depth = std::max(depth, stack[i].depth);
        args.push_back(std::move(stack[i].expr));
      }
      stack.resize(stack.size() - count);
      if (depth >= kMaxExprDepth) return Invalid("an expression nested too deeply");
      return Built{Expr::MakeCall(std::move(type), node.call().function(), std::move(args)),
                   depth + 1};
    }
    case plan::ExpressionNode::NODE_NOT_SET:
      break;
  }
  return Invalid("an expression without a node");
}

}  // namespace

void ToProto(const DataType& type, plan::DataType* out) {
  out->set_kind(static_cast<uint32_t>(type.kind()));
  out->set_nullable(type.nullable());
  out->set_precision(type.precision());
  out->set_scale(type.scale());
  for (const Field& field : type.fields()) {
    plan::Field* added = out->add_fields();
    added->set_name(field.name);
    ToProto(field.type, added->mutable_type());
  }
}

StatusOr<DataType> FromProto(const plan::DataType& type) { return TypeFromProto(type, 0); }

void ToProto(const Schema& schema, plan::Schema* out) {
  for (const Field& field : schema.fields()) {
    plan::Field* added = out->add_fields();
    added->set_name(field.name);
    ToProto(field.type, added->mutable_type());
  }
}

StatusOr<SchemaPtr> FromProto(const plan::Schema& schema) {
  std::vector<Field> fields;
  for (const plan::Field& field : schema.fields()) {
    ASSIGN_OR_RETURN(DataType type, FromProto(field.type()));
    fields.push_back({field.name(), std::move(type)});
  }
  return std::make_shared<const Schema>(std::move(fields));
}

void ToProto(const Value& value, plan::Value* out) {
  struct Visitor {
    plan::Value* out;
    void operator()(std::monostate) const { out->set_null(true); }
    void operator()(bool b) const { out->set_boolean(b); }
    void operator()(int64_t n) const { out->set_integer(n); }
    void operator()(double d) const { out->set_real(d); }
    void operator()(Int128 d) const {
      out->set_decimal(std::string(reinterpret_cast<const char*>(&d), sizeof(d)));
    }
    void operator()(const std::string& s) const { out->set_bytes(s); }
    void operator()(const Value::List& list) const {
      plan::ValueList* values = out->mutable_list();
      for (const Value& item : list) ToProto(item, values->add_values());
    }
  };
  std::visit(Visitor{out}, value.v);
}

StatusOr<Value> FromProto(const plan::Value& value, const DataType& type) {
  return ValueFromProto(value, type, 0);
}

void ToProto(const Expr& expr, plan::Expression* out) {
  if (const Expr::Call* call = expr.call()) {
    for (const ExprPtr& arg : call->args) ToProto(*arg, out);
  }
  plan::ExpressionNode* node = out->add_nodes();
  ToProto(expr.type, node->mutable_type());
  if (expr.is_input()) {
    node->set_input(expr.input().column);
  } else if (expr.is_literal()) {
    ToProto(expr.literal().value, node->mutable_literal());
  } else {
    node->mutable_call()->set_function(expr.call()->function);
    node->mutable_call()->set_arguments(static_cast<uint32_t>(expr.call()->args.size()));
  }
}

StatusOr<ExprPtr> FromProto(const plan::Expression& expr) {
  std::vector<Built> stack;
  for (const plan::ExpressionNode& node : expr.nodes()) {
    ASSIGN_OR_RETURN(Built built, NodeFromProto(node, stack));
    stack.push_back(std::move(built));
  }
  if (stack.size() != 1) return Invalid("an expression without one root");
  return stack[0].expr;
}

}  // namespace weir
