#include "connectors/datagen/datagen.h"

#include <algorithm>
#include <charconv>

#include "connectors/datagen/field_generator.h"

namespace weir {
namespace {

struct DatagenPlan {
  SchemaPtr schema;
  std::vector<std::unique_ptr<FieldGenerator>> fields;
  std::optional<uint64_t> rows;  // of all splits together
  int64_t rows_per_second = 10000;
  uint64_t splits = 1;
};

// Split s makes the rows s, s + splits, s + 2 * splits, ... Its position is how many it has made.
class DatagenReader final : public SourceReader {
 public:
  DatagenReader(std::shared_ptr<const DatagenPlan> plan, SourceReaderContext context)
      : plan_(std::move(plan)), context_(std::move(context)) {
    std::vector<Field> fields;
    for (uint32_t column : context_.projection) fields.push_back((*plan_->schema)[column]);
    schema_ = std::make_shared<const Schema>(std::move(fields));
  }

  Status AddSplit(int32_t index, const SourceSplit& split) override {
    Split added{.index = index};
    std::string_view id = split.id;
    id.remove_prefix(std::min(id.size(), id.find('-') + 1));
    std::from_chars(id.data(), id.data() + id.size(), added.number);
    std::from_chars(split.position.data(), split.position.data() + split.position.size(),
                    added.made);
    if (plan_->rows) {
      // Rows number, number + splits, ... below rows.
      uint64_t rest = *plan_->rows > added.number ? *plan_->rows - added.number : 0;
      added.total = (rest + plan_->splits - 1) / plan_->splits;
    }
    // The rate goes on from here: what was made before does not count.
    added.first = added.made;
    added.began_ns = context_.clock->MonotonicNanos();
    splits_.push_back(added);
    return OkStatus();
  }

  void NoMoreSplits() override { no_more_splits_ = true; }

  StatusOr<PollResult> Poll(SourceOutput& out, size_t max_rows) override {
    next_poll_.reset();
    bool all_done = true;
    for (size_t tried = 0; tried < splits_.size(); ++tried) {
      Split& split = splits_[turn_++ % splits_.size()];
      if (split.finished) continue;
      uint64_t count = Due(split, max_rows);
      if (count > 0) RETURN_IF_ERROR(Make(split, count, out));
      if (split.made >= split.total) {
        split.finished = true;
        out.SplitFinished(split.index);
      } else {
        all_done = false;
      }
      if (count > 0) return PollResult::kMore;
    }
    if (all_done && no_more_splits_) return PollResult::kFinished;
    if (!all_done) {
      // A hundred times a second is often enough to look even, and seldom enough to cost nothing.
      next_poll_ = context_.clock->SteadyNow() + 10;
    }
    return PollResult::kIdle;
  }

  std::optional<Timestamp> NextPoll() const override { return next_poll_; }

  StatusOr<std::string> Position(int32_t index) override {
    for (const Split& split : splits_) {
      if (split.index == index) return std::to_string(split.made);
    }
    return InternalError("datagen has no split " + std::to_string(index));
  }

 private:
  struct Split {
    int32_t index = 0;
    uint64_t number = 0;
    uint64_t made = 0;
    uint64_t first = 0;  // made when it was added
    uint64_t total = UINT64_MAX;
    int64_t began_ns = 0;
    bool finished = false;
  };

  // How many rows may be made now.
  uint64_t Due(const Split& split, size_t max_rows) const {
    double seconds = static_cast<double>(context_.clock->MonotonicNanos() - split.began_ns) * 1e-9;
    double rate = static_cast<double>(plan_->rows_per_second) / static_cast<double>(plan_->splits);
    // The first row is due at once.
    double allowed = seconds * rate + 1 - static_cast<double>(split.made - split.first);
    if (allowed < 1) return 0;
    uint64_t most = std::min<uint64_t>(max_rows, split.total - split.made);
    return allowed >= static_cast<double>(most) ? most : static_cast<uint64_t>(allowed);
  }

  Status Make(Split& split, uint64_t count, SourceOutput& out) {
    BatchBuilder builder(schema_, count);
    Timestamp now = context_.clock->WallNow();
    for (size_t i = 0; i < context_.projection.size(); ++i) {
      const FieldGenerator& field = *plan_->fields[context_.projection[i]];
      for (uint64_t k = 0; k < count; ++k) {
        field.Append(split.number + (split.made + k) * plan_->splits, now, builder.column(i));
      }
    }
    for (uint64_t k = 0; k < count; ++k) builder.CloseRow();
    split.made += count;
    return out.EmitBatch(split.index, builder.Finish());
  }

  const std::shared_ptr<const DatagenPlan> plan_;
  const SourceReaderContext context_;
  SchemaPtr schema_;
  std::vector<Split> splits_;
  size_t turn_ = 0;
  bool no_more_splits_ = false;
  std::optional<Timestamp> next_poll_;
};

class DatagenDiscovery final : public SplitDiscovery {
 public:
  explicit DatagenDiscovery(uint64_t splits) : splits_(splits) {}
  StatusOr<std::vector<SourceSplit>> Discover(bool) override {
    std::vector<SourceSplit> out;
    for (uint64_t i = 0; i < splits_; ++i) {
      out.push_back({.id = "rows-" + std::to_string(i), .position = "0", .hash = i});
    }
    return out;
  }

 private:
  const uint64_t splits_;
};

class DatagenSource final : public Source {
 public:
  explicit DatagenSource(std::shared_ptr<const DatagenPlan> plan) : plan_(std::move(plan)) {}
  bool bounded() const override { return plan_->rows.has_value(); }
  bool emits_rows() const override { return true; }
  Status Validate() override { return OkStatus(); }
  StatusOr<std::unique_ptr<SplitDiscovery>> MakeDiscovery() override {
    return std::unique_ptr<SplitDiscovery>(std::make_unique<DatagenDiscovery>(plan_->splits));
  }
  StatusOr<std::unique_ptr<SourceReader>> MakeReader(SourceReaderContext context) override {
    return std::unique_ptr<SourceReader>(
        std::make_unique<DatagenReader>(plan_, std::move(context)));
  }

 private:
  const std::shared_ptr<const DatagenPlan> plan_;
};

StatusOr<std::unique_ptr<Source>> MakeSource(const TableInfo& table) {
  TableOptions options(table);
  auto plan = std::make_shared<DatagenPlan>();
  plan->schema = table.schema;
  plan->rows_per_second = options.Integer("rows-per-second", 10000, 1);
  plan->splits = static_cast<uint64_t>(options.Integer("scan.parallelism", 1, 1, 1024));
  if (options.Has("number-of-rows")) {
    plan->rows = static_cast<uint64_t>(options.Integer("number-of-rows", 0, 0));
  }
  for (const Field& field : table.schema->fields()) {
    plan->fields.push_back(MakeFieldGenerator(field.name, field.type, options));
    if (std::optional<uint64_t> rows = plan->fields.back()->rows()) {
      plan->rows = std::min(plan->rows.value_or(UINT64_MAX), *rows);
    }
  }
  RETURN_IF_ERROR(options.Finish());
  return std::unique_ptr<Source>(std::make_unique<DatagenSource>(std::move(plan)));
}

}  // namespace

Connector DatagenConnector() {
  Connector connector;
  connector.name = "datagen";
  connector.make_source = MakeSource;
  return connector;
}

}  // namespace weir
