#include "common/data/time_text.h"
#include "common/data/time_zone.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/signature.h"

// What time it is, by the clock of the evaluation's context and by the watermark; and where one is.

namespace weir {
namespace {

// `of(utc micros, zone)` is the cell.
template <class Of>
void AddClock(FunctionRegistry& registry, const char* name, const char* description, DataType type,
              Of of) {
  FunctionSpec spec{name, name, description, 0, 0, Takes({}, type.NotNull())};
  spec.deterministic = false;
  spec.total = true;
  spec.make_kernel = [of](std::span<const BoundArgument>, const DataType&,
                          const std::string& time_zone) -> StatusOr<ScalarKernel> {
    ASSIGN_OR_RETURN(TimeZone zone, TimeZone::Load(time_zone));
    return ScalarKernel([of, zone](std::span<const ColumnPtr>, const DataType& result, size_t rows,
                                   const EvalContext& context) -> StatusOr<ColumnPtr> {
      int64_t now = context.clock->WallNow() * kMicrosPerMilli;
      return Column::MakeConstant(result, Value(int64_t{of(now, zone)}), rows);
    });
  };
  Declare(registry, std::move(spec));
}

void AddWatermark(FunctionRegistry& registry) {
  FunctionSpec spec{"CURRENT_WATERMARK", "CURRENT_WATERMARK(row time)",
                    "The watermark; NULL before the first.", 1, 1};
  spec.deterministic = false;
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    if (!args[0].type.is_timestamp()) return InvalidArgumentError("");
    return ResolvedFunction{{args[0].type}, DataType::Make(args[0].type.kind(), true, 3, 0, {})};
  };
  Declare(registry, std::move(spec),
          [](std::span<const ColumnPtr>, const DataType& type, size_t rows,
             const EvalContext& context) -> StatusOr<ColumnPtr> {
            int64_t micros;
            bool none = context.watermark == kMinTimestamp ||
                        __builtin_mul_overflow(context.watermark, kMicrosPerMilli, &micros);
            return Column::MakeConstant(type, none ? Value() : Value(micros), rows);
          });
}

// The binder knows the database, and gives it as the argument.
void AddDatabase(FunctionRegistry& registry) {
  Declare(registry,
          {"CURRENT_DATABASE", "CURRENT_DATABASE()", "The session's database.", 1, 1,
           Takes({Arg::kString}, DataType::String())},
          [](std::span<const ColumnPtr> args, const DataType&, size_t,
             const EvalContext&) -> StatusOr<ColumnPtr> { return args[0]; });
}

}  // namespace

void AddClockFunctions(FunctionRegistry& registry) {
  auto instant = [](int64_t now, const TimeZone&) { return now; };
  auto local = [](int64_t now, const TimeZone& zone) { return zone.ToLocal(now); };
  auto of_day = [](int64_t now, const TimeZone& zone) {
    return MicrosOfDay(zone.ToLocal(now)) / kMicrosPerSecond * 1000;
  };
  DataType ltz = DataType::TimestampLtz(3);
  AddClock(registry, "CURRENT_TIMESTAMP", "Now.", ltz, instant);
  registry.AddAlias("NOW", "CURRENT_TIMESTAMP");
  registry.AddAlias("CURRENT_ROW_TIMESTAMP", "CURRENT_TIMESTAMP");
  AddClock(registry, "PROCTIME", "Now, as a processing-time attribute.", ltz, instant);
  AddClock(registry, "LOCALTIMESTAMP", "Now, by the session's wall clock.", DataType::Timestamp(3),
           local);
  AddClock(registry, "CURRENT_DATE", "Today, in the session's zone.", DataType::Date(),
           [](int64_t now, const TimeZone& zone) { return DayOfMicros(zone.ToLocal(now)); });
  AddClock(registry, "LOCALTIME", "The time of day, in the session's zone.", DataType::Time(),
           of_day);
  registry.AddAlias("CURRENT_TIME", "LOCALTIME");
  AddWatermark(registry);
  AddDatabase(registry);
}

}  // namespace weir
