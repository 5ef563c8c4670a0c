#include "operators/functions/function_registry.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "common/base/ascii.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/signature.h"

namespace weir {
namespace {

// Checks the number of arguments before the function's own rule, and gives messages their text.
void WrapResolve(ScalarFunction& function) {
  auto rule = std::move(function.resolve);
  function.resolve = [rule, name = function.name, signature = function.signature,
                      min_args = function.min_args, max_args = function.max_args](
                         std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ScalarFunction described;
    described.name = name;
    described.signature = signature;
    int count = static_cast<int>(args.size());
    if (count < min_args || (max_args >= 0 && count > max_args)) {
      return WrongArguments(described, args);
    }
    StatusOr<ResolvedFunction> resolved = rule(args);
    if (!resolved.ok() && resolved.status().message().empty()) {
      return WrongArguments(described, args);
    }
    return resolved;
  };
}

}  // namespace

struct FunctionRegistry::Impl {
  std::map<std::string, ScalarFunction, std::less<>> functions;
  std::map<std::string, std::string, std::less<>> aliases;
};

FunctionRegistry::FunctionRegistry() : impl_(std::make_unique<Impl>()) {}
FunctionRegistry::~FunctionRegistry() = default;

void FunctionRegistry::Add(ScalarFunction function) {
  CHECK(function.name == AsciiUpper(function.name)) << function.name;
  WrapResolve(function);
  std::string name = function.name;
  bool added = impl_->functions.emplace(name, std::move(function)).second;
  CHECK(added) << "function " << name << " is declared twice";
}

void FunctionRegistry::AddAlias(std::string alias, std::string name) {
  CHECK(impl_->functions.count(name)) << "alias " << alias << " of an unknown function " << name;
  CHECK(!impl_->functions.count(alias)) << alias << " is a function";
  impl_->aliases.emplace(std::move(alias), std::move(name));
}

const ScalarFunction* FunctionRegistry::Find(std::string_view name) const {
  std::string upper = AsciiUpper(name);
  if (auto alias = impl_->aliases.find(upper); alias != impl_->aliases.end()) upper = alias->second;
  auto found = impl_->functions.find(upper);
  return found == impl_->functions.end() ? nullptr : &found->second;
}

std::vector<std::string> FunctionRegistry::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, function] : impl_->functions) names.push_back(name);
  for (const auto& [alias, name] : impl_->aliases) names.push_back(alias);
  std::sort(names.begin(), names.end());
  return names;
}

const FunctionRegistry& FunctionRegistry::Builtin() {
  static const FunctionRegistry* registry = [] {
    auto* built = new FunctionRegistry();
    AddConditionalForms(*built);
    AddComparisonFunctions(*built);
    AddArithmeticFunctions(*built);
    AddStructuredFunctions(*built);
    AddStringFunctions(*built);
    AddMathFunctions(*built);
    AddTimeFunctions(*built);
    AddTimeTextFunctions(*built);
    AddClockFunctions(*built);
    AddJsonFunctions(*built);
    AddVariantFunctions(*built);
    AddJsonCollectors(*built);
    AddRegexpFunctions(*built);
    AddCollectionFunctions(*built);
    AddStrToMap(*built);
    AddEncodingFunctions(*built);
    AddCharsetFunctions(*built);
    AddInternetFunctions(*built);
    AddPrintf(*built);
    return built;
  }();
  return *registry;
}

}  // namespace weir
