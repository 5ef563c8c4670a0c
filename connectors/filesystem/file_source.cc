#include "connectors/filesystem/file_source.h"

#include <re2/re2.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <filesystem>

#include "connectors/filesystem/filesystem.h"
#include "connectors/filesystem/line_reader.h"
#include "connectors/filesystem/partition_folders.h"
#include "connectors/table_options.h"
#include "formats/csv/csv_format.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

struct Plan {
  std::string table;
  std::string path;
  LineRules rules;
  std::optional<Duration> monitor_interval;
  std::unique_ptr<const RE2> pattern;  // of a file's whole, absolute path; null: any
  PartitionFolders folders;
  // Metadata columns by their number in the table, counted from the first one.
  std::vector<std::string> metadata_keys;
  SchemaPtr schema;
  size_t physical_columns = 0;
};

class FileReader final : public SourceReader {
 public:
  FileReader(std::shared_ptr<const Plan> plan, SourceReaderContext context)
      : plan_(std::move(plan)), context_(std::move(context)) {
    for (uint32_t column : context_.projection) {
      if (column >= plan_->physical_columns || plan_->folders.Has(column)) {
        outside_columns_.push_back(column);
      }
    }
  }

  Status AddSplit(int32_t index, const SourceSplit& split) override {
    Split added{.index = index, .path = split.id};
    const std::string& text = split.position;
    if (!text.empty()) {
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), added.offset);
      if (error == std::errc() && *end == ':') {
        std::from_chars(end + 1, text.data() + text.size(), added.line);
      }
    }
    splits_.push_back(std::move(added));
    return OkStatus();
  }

  void NoMoreSplits() override { no_more_splits_ = true; }

  StatusOr<PollResult> Poll(SourceOutput& out, size_t max_rows) override {
    if (current_ == splits_.size()) {
      return no_more_splits_ ? PollResult::kFinished : PollResult::kIdle;
    }
    Split& split = splits_[current_];
    if (Status s = ReadSome(split, out, max_rows); !s.ok()) {
      return std::move(s).Annotate("table `" + plan_->table + "`");
    }
    return PollResult::kMore;
  }

  StatusOr<std::string> Position(int32_t index) override {
    for (const Split& split : splits_) {
      if (split.index == index) {
        return std::to_string(split.offset) + ":" + std::to_string(split.line);
      }
    }
    return InternalError("no file has the index " + std::to_string(index));
  }

 private:
  struct Split {
    int32_t index = 0;
    std::string path;
    uint64_t offset = 0;
    int64_t line = 1;
  };

  Status ReadSome(Split& split, SourceOutput& out, size_t max_rows) {
    if (!lines_.is_open()) {
      RETURN_IF_ERROR(lines_.Open(split.path, split.offset, split.line, plan_->rules));
    }
    values_.clear();
    numbers_.clear();
    RETURN_IF_ERROR(lines_.Next(max_rows, values_, numbers_));
    split.offset = lines_.offset();
    split.line = lines_.line();
    if (values_.empty()) {
      lines_.Close();
      out.SplitFinished(split.index);
      ++current_;
      return OkStatus();
    }
    RETURN_IF_ERROR(FillOutside(split));
    MessageRun run;
    run.split = split.index;
    run.values = values_;
    run.offsets = numbers_;
    run.metadata = outside_;
    return out.EmitRun(run);
  }

  // What is in no line, the same for all lines of a file: metadata, and what its folders say.
  Status FillOutside(const Split& split) {
    outside_.clear();
    if (outside_columns_.empty()) return OkStatus();
    struct stat status;
    if (::stat(split.path.c_str(), &status) != 0) {
      return UnavailableError("cannot read " + split.path);
    }
    for (uint32_t column : outside_columns_) {
      Value value;
      if (column < plan_->physical_columns) {
        ASSIGN_OR_RETURN(value, plan_->folders.Cell(plan_->path, split.path, column));
      } else {
        value = Metadata(plan_->metadata_keys[column - plan_->physical_columns], split, status);
      }
      outside_.push_back(
          Column::MakeConstant((*plan_->schema)[column].type, value, values_.size()));
    }
    return OkStatus();
  }

  static Value Metadata(const std::string& key, const Split& split, const struct stat& status) {
    if (key == "file.path") return split.path;
    if (key == "file.name") return fs::path(split.path).filename().string();
    if (key == "file.size") return int64_t{status.st_size};
    return int64_t{status.st_mtim.tv_sec} * 1000000 + status.st_mtim.tv_nsec / 1000000 * 1000;
  }

  const std::shared_ptr<const Plan> plan_;
  const SourceReaderContext context_;
  std::vector<uint32_t> outside_columns_;
  std::vector<Split> splits_;  // read one after another
  size_t current_ = 0;
  LineReader lines_;
  bool no_more_splits_ = false;
  std::vector<std::string_view> values_;
  std::vector<int64_t> numbers_;
  std::vector<ColumnPtr> outside_;
};

bool IsHidden(const fs::path& path) {
  std::string name = path.filename().string();
  return name.starts_with('.') || name.starts_with('_');
}

// Walks the folders of one table.
class FileList {
 public:
  explicit FileList(const Plan& plan) : plan_(plan) {}

  StatusOr<std::vector<std::string>> Take() {
    std::error_code error;
    fs::file_status status = fs::status(plan_.path, error);
    if (!fs::exists(status)) {
      // It has no partitions yet.
      if (plan_.folders.depth() > 0) return std::move(files_);
      return NotFoundError("table `" + plan_.table + "`: the path '" + plan_.path +
                           "' does not exist");
    }
    if (fs::is_directory(status)) {
      RETURN_IF_ERROR(Walk(plan_.path, 0));
    } else if (plan_.folders.depth() > 0) {
      return InvalidArgumentError("table `" + plan_.table +
                                  "`: it is PARTITIONED BY, and its path '" + plan_.path +
                                  "' is a file, not a folder with one for each partition");
    } else {
      Add(plan_.path);
    }
    std::sort(files_.begin(), files_.end());
    return std::move(files_);
  }

 private:
  // `level`: of the partition columns that the names of folders have told by now.
  Status Walk(const fs::path& folder, size_t level) {
    const size_t depth = plan_.folders.depth();
    std::error_code error;
    for (fs::directory_iterator it(folder, error); !error && it != fs::directory_iterator();
         it.increment(error)) {
      std::error_code ignored;
      const bool is_folder = it->is_directory(ignored) && !it->is_symlink(ignored);
      const std::string name = it->path().filename().string();
      if (is_folder && level < depth && plan_.folders.Fits(level, name)) {
        RETURN_IF_ERROR(Walk(it->path(), level + 1));
      } else if (IsHidden(it->path())) {
        continue;
      } else if (level < depth && (is_folder || level + 1 == depth)) {
        return InvalidArgumentError("table `" + plan_.table + "`: '" + it->path().string() +
                                    "' is none of its partitions: their folders are named '" +
                                    plan_.folders.Pattern(level) + "' there");
      } else if (is_folder) {
        RETURN_IF_ERROR(Walk(it->path(), level));
      } else if (level == depth && it->is_regular_file(ignored)) {
        Add(it->path().string());
      }
    }
    // A folder may have gone since it was listed.
    if (error && (error != std::errc::no_such_file_or_directory || folder == plan_.path)) {
      return PermissionDeniedError("table `" + plan_.table + "`: cannot list '" + folder.string() +
                                   "': " + error.message());
    }
    return OkStatus();
  }

  void Add(std::string file) {
    if (plan_.pattern) {
      std::error_code error;
      const std::string whole = fs::absolute(file, error).lexically_normal().string();
      if (error || !RE2::FullMatch(whole, *plan_.pattern)) return;
    }
    files_.push_back(std::move(file));
  }

  const Plan& plan_;
  std::vector<std::string> files_;
};

class FileDiscovery final : public SplitDiscovery {
 public:
  explicit FileDiscovery(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  StatusOr<std::vector<SourceSplit>> Discover(bool) override {
    ASSIGN_OR_RETURN(std::vector<std::string> files, FileList(*plan_).Take());
    std::vector<SourceSplit> splits;
    for (std::string& file : files) {
      splits.push_back({.id = std::move(file), .position = "0:1", .hash = splits.size()});
    }
    return splits;
  }

 private:
  const std::shared_ptr<const Plan> plan_;
};

class FileSource final : public Source {
 public:
  explicit FileSource(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  bool bounded() const override { return !plan_->monitor_interval; }
  SplitStrategy split_strategy() const override { return SplitStrategy::kQueue; }
  std::optional<Duration> discovery_interval() const override { return plan_->monitor_interval; }
  Status Validate() override { return FileList(*plan_).Take().status(); }
  StatusOr<std::unique_ptr<SplitDiscovery>> MakeDiscovery() override {
    return std::unique_ptr<SplitDiscovery>(std::make_unique<FileDiscovery>(plan_));
  }
  StatusOr<std::unique_ptr<SourceReader>> MakeReader(SourceReaderContext context) override {
    return std::unique_ptr<SourceReader>(std::make_unique<FileReader>(plan_, std::move(context)));
  }

 private:
  const std::shared_ptr<const Plan> plan_;
};

}  // namespace

StatusOr<std::unique_ptr<Source>> MakeFileSource(const TableInfo& table) {
  TableOptions options(table);
  auto plan = std::make_shared<Plan>();
  plan->table = table.name;
  plan->schema = table.schema;
  plan->physical_columns = table.physical_columns;
  plan->metadata_keys = table.metadata_keys;
  StatusOr<std::string> path = LocalPath(options.Required("path"));
  if (!path.ok()) options.Fail("path", "is refused: " + path.status().message());
  plan->monitor_interval = options.Duration("source.monitor-interval");
  if (std::optional<std::string> pattern = options.String("source.path.regex-pattern")) {
    plan->pattern = std::make_unique<const RE2>(*pattern, RE2::Quiet);
    if (!plan->pattern->ok()) {
      options.Fail("source.path.regex-pattern",
                   "is no regular expression: " + plan->pattern->error());
    }
  }
  plan->folders = PartitionFolders(table, options);
  options.ReadFormats(/*reading=*/true, /*keyed=*/false);
  const std::string format = options.String("format", "");
  plan->rules.keep_empty = format == "raw";
  if (format == "csv") {
    StatusOr<CsvOptions> csv = CsvOptions::Read(options.WithPrefix("csv."));
    if (csv.ok() && csv->quotes) plan->rules.quote = csv->quote;
  }
  RETURN_IF_ERROR(options.Finish());
  plan->path = *path;
  return std::unique_ptr<Source>(std::make_unique<FileSource>(std::move(plan)));
}

}  // namespace weir
