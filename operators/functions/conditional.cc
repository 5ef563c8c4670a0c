#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/signature.h"

// The forms that the evaluator itself knows, because they evaluate an argument only for the rows
// that reach it: here are only their types.

namespace weir {
namespace {

StatusOr<ScalarKernel> NoKernel(std::span<const BoundArgument>, const DataType&,
                                const std::string&) {
  return InternalError("a lazy form has no kernel: the evaluator runs it");
}

void AddForm(FunctionRegistry& registry, const char* name, const char* signature,
             const char* description, int min_args, int max_args, Resolver resolve) {
  Declare(registry,
          {name, signature, description, min_args, max_args, std::move(resolve), NoKernel});
}

// Conditions at even places but the last, values elsewhere.
StatusOr<ResolvedFunction> ResolveCase(std::span<const BoundArgument> args, bool nullable) {
  if (args.size() % 2 == 0) return InvalidArgumentError("");
  std::vector<DataType> values;
  for (size_t i = 0; i < args.size(); ++i) {
    if (i % 2 == 1 || i + 1 == args.size()) values.push_back(args[i].type);
  }
  ASSIGN_OR_RETURN(DataType common, CommonArgumentType(values));
  ResolvedFunction resolved;
  for (size_t i = 0; i < args.size(); ++i) {
    DataType type = common.WithNullable(args[i].type.nullable());
    if (i % 2 == 0 && i + 1 < args.size()) {
      ASSIGN_OR_RETURN(type, MatchArgument(Arg::kBoolean, args[i].type));
    }
    resolved.argument_types.push_back(std::move(type));
  }
  resolved.result = nullable ? common.WithNullable(true) : common;
  return resolved;
}

}  // namespace

void AddConditionalForms(FunctionRegistry& registry) {
  AddForm(registry, "AND", "condition AND condition", "True when all are.", 2, -1,
          Takes({Arg::kBoolean}, DataType::Boolean()));
  AddForm(registry, "OR", "condition OR condition", "True when one is.", 2, -1,
          Takes({Arg::kBoolean}, DataType::Boolean()));
  AddForm(registry, "CASE", "CASE WHEN condition THEN value ... ELSE value END",
          "The value of the first condition that holds.", 3, -1,
          [](std::span<const BoundArgument> args) { return ResolveCase(args, false); });
  AddForm(registry, "IF", "IF(condition, value, value otherwise)",
          "The first value when the condition holds, else the second.", 3, 3,
          [](std::span<const BoundArgument> args) { return ResolveCase(args, AnyNullable(args)); });
  AddForm(registry, "COALESCE", "COALESCE(value, ...)", "The first value that is not NULL.", 1, -1,
          [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
            std::vector<DataType> types;
            bool nullable = true;
            for (const BoundArgument& arg : args) {
              types.push_back(arg.type);
              nullable = nullable && arg.type.nullable();
            }
            ASSIGN_OR_RETURN(DataType common, CommonArgumentType(types));
            ResolvedFunction resolved;
            for (const DataType& type : types) {
              resolved.argument_types.push_back(common.WithNullable(type.nullable()));
            }
            resolved.result = common.WithNullable(nullable);
            return resolved;
          });
  registry.AddAlias("IFNULL", "COALESCE");
  AddForm(registry, "NULLIF", "NULLIF(value, other)", "NULL when both are equal, else the value.",
          2, 2, [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
            ASSIGN_OR_RETURN(ResolvedFunction compared,
                             FunctionRegistry::Builtin().Find("=")->resolve(args));
            return ResolvedFunction{{args[0].type, args[1].type}, args[0].type.WithNullable(true)};
          });
}

}  // namespace weir
