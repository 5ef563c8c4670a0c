#include "operators/expressions/evaluator.h"

#include <deque>

#include "common/data/column_builder.h"
#include "operators/expressions/cast.h"
#include "operators/expressions/node.h"
#include "operators/functions/function_registry.h"

namespace weir {
namespace {

class InputNode : public Node {
 public:
  InputNode(DataType type, uint32_t column) : type_(std::move(type)), column_(column) {
    total = true;
  }
  StatusOr<ColumnPtr> Eval(Frame& frame) override {
    const ColumnPtr& column = frame.column(column_);
    CHECK(column->type().physical() == type_.physical())
        << "input " << column_ << " is " << column->type() << ", bound as " << type_;
    return column;
  }

 private:
  DataType type_;
  uint32_t column_;
};

class LiteralNode : public Node {
 public:
  explicit LiteralNode(ColumnPtr one) : one_(std::move(one)) { constant = total = true; }
  StatusOr<ColumnPtr> Eval(Frame& frame) override {
    return Column::MakeConstant(one_, frame.rows());
  }

 private:
  ColumnPtr one_;
};

// A sub-tree without inputs: evaluated when a row first reaches it.
class OnceNode : public Node {
 public:
  OnceNode(NodePtr child, DataType type) : child_(std::move(child)), type_(std::move(type)) {
    constant = true;
    total = child_->total;
  }
  StatusOr<ColumnPtr> Eval(Frame& frame) override {
    if (frame.rows() == 0) return ColumnBuilder(type_).Finish();
    if (!one_) {
      Frame single(frame.context(), 1);
      ASSIGN_OR_RETURN(ColumnPtr column, child_->Eval(single));
      one_ = WithoutNegativeZero(Column::Flatten(column));
    }
    return Column::MakeConstant(one_, frame.rows());
  }

 private:
  // Flink folds constants to decimal numbers, which have no -0.0.
  ColumnPtr WithoutNegativeZero(ColumnPtr one) const {
    if (!type_.is_approximate() || one->IsNull(0)) return one;
    const Value value = one->GetValue(0);
    return value.real() == 0 ? ColumnOf(type_, {Value(0.0)}) : one;
  }

  NodePtr child_;
  DataType type_;
  ColumnPtr one_;
};

class CallNode : public Node {
 public:
  CallNode(DataType type, ScalarKernel kernel, std::vector<NodePtr> args, bool deterministic,
           bool is_total)
      : type_(std::move(type)), kernel_(std::move(kernel)), args_(std::move(args)) {
    constant = deterministic;
    total = is_total;
    for (const NodePtr& arg : args_) {
      constant = constant && arg->constant;
      total = total && arg->total;
    }
  }
  StatusOr<ColumnPtr> Eval(Frame& frame) override {
    if (frame.rows() == 0) return ColumnBuilder(type_).Finish();
    std::vector<ColumnPtr> columns;
    columns.reserve(args_.size());
    for (const NodePtr& arg : args_) {
      ASSIGN_OR_RETURN(ColumnPtr column, arg->Eval(frame));
      columns.push_back(std::move(column));
    }
    return kernel_(columns, type_, frame.rows(), frame.context());
  }

 private:
  DataType type_;
  ScalarKernel kernel_;
  std::vector<NodePtr> args_;
};

class Compiler {
 public:
  Compiler(const FunctionRegistry& registry, const std::string& time_zone)
      : registry_(registry), time_zone_(time_zone) {}

  StatusOr<NodePtr> Compile(const Expr& expr) {
    if (expr.is_input()) {
      return NodePtr(std::make_unique<InputNode>(expr.type, expr.input().column));
    }
    if (expr.is_literal()) {
      return NodePtr(std::make_unique<LiteralNode>(ColumnOf(expr.type, {expr.literal().value})));
    }
    ASSIGN_OR_RETURN(NodePtr node, CompileCall(expr));
    if (node->constant) return NodePtr(std::make_unique<OnceNode>(std::move(node), expr.type));
    return node;
  }

 private:
  StatusOr<NodePtr> CompileCall(const Expr& expr) {
    const Expr::Call& call = *expr.call();
    std::vector<NodePtr> args;
    for (const ExprPtr& arg : call.args) {
      ASSIGN_OR_RETURN(NodePtr node, Compile(*arg));
      args.push_back(std::move(node));
    }
    if (call.function == "CAST" || call.function == "TRY_CAST")
      return CompileCast(expr, std::move(args));
    const ScalarFunction* found = registry_.Find(call.function);
    if (!found) return InvalidArgumentError("no function " + call.function);
    const ScalarFunction& function = *found;
    const std::string& name = function.name;
    Bound bound = Bind(call, args);
    RETURN_IF_ERROR(CheckArguments(call, function, bound));
    if (name == "AND" || name == "OR") return MakeAndOr(name == "AND", std::move(args));
    if (name == "CASE" || name == "IF") {
      RETURN_IF_ERROR(CheckBranches(expr));
      return MakeCase(expr.type, std::move(args));
    }
    if (name == "COALESCE") {
      for (const ExprPtr& arg : call.args) RETURN_IF_ERROR(CheckBranch(expr, *arg));
      return MakeCoalesce(expr.type, std::move(args));
    }
    if (name == "NULLIF") return CompileNullIf(expr, bound, std::move(args));
    ASSIGN_OR_RETURN(ScalarKernel kernel, function.make_kernel(bound.args, expr.type, time_zone_));
    return NodePtr(std::make_unique<CallNode>(expr.type, std::move(kernel), std::move(args),
                                              function.deterministic, function.total));
  }

  // The arguments as a function's resolver sees them. A constant sub-tree counts as a literal,
  // unless it fails: then it is to fail when a row reaches it.
  struct Bound {
    std::vector<BoundArgument> args;
    std::deque<Value> constants;
  };
  Bound Bind(const Expr::Call& call, std::span<const NodePtr> nodes) {
    Bound bound;
    for (size_t i = 0; i < nodes.size(); ++i) {
      const Expr& arg = *call.args[i];
      const Value* literal = arg.is_literal() ? &arg.literal().value : nullptr;
      if (!literal && nodes[i]->constant) {
        EvalContext context;
        context.time_zone = time_zone_;
        Frame frame(context, 1);
        StatusOr<ColumnPtr> column = nodes[i]->Eval(frame);
        if (column.ok()) literal = &bound.constants.emplace_back((*column)->GetValue(0));
      }
      bool is_json =
          arg.call() && (arg.call()->function == "JSON_OBJECT" ||
                         arg.call()->function == "JSON_ARRAY" || arg.call()->function == "JSON");
      bound.args.push_back({arg.type, literal, is_json});
    }
    return bound;
  }

  // The plan may come from another process: a kernel trusts the layout of its arguments, so what it
  // is given is checked against what the function asks for.
  static Status CheckArguments(const Expr::Call& call, const ScalarFunction& function,
                               const Bound& bound) {
    ASSIGN_OR_RETURN(ResolvedFunction resolved, function.resolve(bound.args));
    for (size_t i = 0; i < call.args.size(); ++i) {
      if (resolved.argument_types[i].physical() != call.args[i]->type.physical()) {
        return InvalidArgumentError("argument " + std::to_string(i + 1) + " of " + call.function +
                                    " is " + call.args[i]->type.ToString() + ", expected " +
                                    resolved.argument_types[i].ToString());
      }
    }
    return OkStatus();
  }

  static Status CheckBranch(const Expr& expr, const Expr& branch) {
    if (branch.type.physical() == expr.type.physical()) return OkStatus();
    return InvalidArgumentError("a value of " + expr.call()->function + " is " +
                                branch.type.ToString() + ", expected " + expr.type.ToString());
  }

  static Status CheckBranches(const Expr& expr) {
    const std::vector<ExprPtr>& args = expr.call()->args;
    if (args.size() % 2 == 0) return InvalidArgumentError("CASE without a value for ELSE");
    for (size_t i = 0; i < args.size(); ++i) {
      bool is_value = i % 2 == 1 || i + 1 == args.size();
      if (is_value) {
        RETURN_IF_ERROR(CheckBranch(expr, *args[i]));
      } else if (args[i]->type.kind() != TypeKind::kBoolean) {
        return InvalidArgumentError("a condition of CASE is " + args[i]->type.ToString());
      }
    }
    return OkStatus();
  }

  StatusOr<NodePtr> CompileCast(const Expr& expr, std::vector<NodePtr> args) {
    const Expr::Call& call = *expr.call();
    if (args.size() != 1) return InvalidArgumentError(call.function + " takes one argument");
    const DataType& from = call.args[0]->type;
    ASSIGN_OR_RETURN(ScalarKernel kernel,
                     MakeCastKernel(from, expr.type, call.function == "TRY_CAST", time_zone_));
    return NodePtr(std::make_unique<CallNode>(expr.type, std::move(kernel), std::move(args), true,
                                              CastIsTotal(from, expr.type)));
  }

  StatusOr<NodePtr> CompileNullIf(const Expr& expr, const Bound& bound, std::vector<NodePtr> args) {
    const Expr::Call& call = *expr.call();
    RETURN_IF_ERROR(CheckBranch(expr, *call.args[0]));
    const ScalarFunction* equal = registry_.Find("=");
    CHECK(equal != nullptr);
    ASSIGN_OR_RETURN(ResolvedFunction resolved, equal->resolve(bound.args));
    NullIfParts parts;
    parts.type = expr.type;
    parts.a = std::move(args[0]);
    parts.b = std::move(args[1]);
    parts.compared_type_a = resolved.argument_types[0];
    parts.compared_type_b = resolved.argument_types[1];
    if (!parts.compared_type_a.EqualsIgnoringNullability(call.args[0]->type)) {
      ASSIGN_OR_RETURN(parts.cast_a, MakeCastKernel(call.args[0]->type, parts.compared_type_a,
                                                    false, time_zone_));
    }
    if (!parts.compared_type_b.EqualsIgnoringNullability(call.args[1]->type)) {
      ASSIGN_OR_RETURN(parts.cast_b, MakeCastKernel(call.args[1]->type, parts.compared_type_b,
                                                    false, time_zone_));
    }
    std::vector<BoundArgument> compared = {{parts.compared_type_a}, {parts.compared_type_b}};
    ASSIGN_OR_RETURN(parts.equal, equal->make_kernel(compared, DataType::Boolean(), time_zone_));
    return MakeNullIf(std::move(parts));
  }

  const FunctionRegistry& registry_;
  const std::string& time_zone_;
};

class CompiledTree : public CompiledExpr {
 public:
  CompiledTree(NodePtr root, DataType type) : root_(std::move(root)), type_(std::move(type)) {}
  StatusOr<ColumnPtr> Evaluate(const Batch& batch, const EvalContext& context) override {
    Frame frame(batch, context);
    ASSIGN_OR_RETURN(ColumnPtr column, root_->Eval(frame));
    return Column::Retype(column, type_);
  }

 private:
  NodePtr root_;
  DataType type_;
};

}  // namespace

StatusOr<std::unique_ptr<CompiledExpr>> CompiledExpr::Compile(const ExprPtr& expr,
                                                              const FunctionRegistry& registry,
                                                              const std::string& time_zone) {
  ASSIGN_OR_RETURN(NodePtr root, Compiler(registry, time_zone).Compile(*expr));
  return std::unique_ptr<CompiledExpr>(std::make_unique<CompiledTree>(std::move(root), expr->type));
}

std::vector<uint32_t> TrueRows(const Column& condition) {
  size_t rows = condition.size();
  ColumnView<uint8_t> view(condition);
  if (condition.is_constant() && rows > 0 && (view.IsNull(0) || !view[0])) return {};
  std::vector<uint32_t> result(rows);
  size_t count = 0;
  const uint8_t* flat = view.flat_values();
  if (flat && !view.may_have_nulls()) {
    for (size_t i = 0; i < rows; ++i) {
      result[count] = static_cast<uint32_t>(i);
      count += flat[i];
    }
  } else {
    for (size_t i = 0; i < rows; ++i) {
      result[count] = static_cast<uint32_t>(i);
      count += !view.IsNull(i) && view[i];
    }
  }
  result.resize(count);
  return result;
}

StatusOr<Value> EvaluateConstant(const ExprPtr& expr, const FunctionRegistry& registry,
                                 const std::string& time_zone) {
  ASSIGN_OR_RETURN(NodePtr root, Compiler(registry, time_zone).Compile(*expr));
  if (!root->constant) {
    return InvalidArgumentError(expr->ToString() + " is not a constant expression");
  }
  EvalContext context;
  context.time_zone = time_zone;
  Frame frame(context, 1);
  ASSIGN_OR_RETURN(ColumnPtr column, root->Eval(frame));
  return column->GetValue(0);
}

}  // namespace weir
