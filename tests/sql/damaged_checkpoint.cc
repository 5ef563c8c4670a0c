#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <vector>

#include "client/scratch_folder.h"
#include "common/base/check.h"
#include "common/base/logging.h"
#include "tests/sql/stopping_cluster.h"

// A job is stopped with a savepoint, something in one of the savepoint's files is flipped, cut or
// swapped, and a job starts from it. Either it is refused and a damaged file is named, or the
// answer is that of the whole savepoint: nothing else may happen, many times.

namespace weir {
namespace {

struct Command {
  int trials = 200;
  uint64_t seed = 1;
  int only = -1;  // this trial alone
};

// One savepoint, all of its files, and how a job goes on from it.
class Subject {
 public:
  // `rows` of input, about a third as many keys.
  static std::unique_ptr<Subject> Make(const std::string& scratch, const std::string& query,
                                       int rows, int parallelism) {
    auto subject = std::unique_ptr<Subject>(new Subject(scratch, rows, parallelism));
    subject->Execute(
        "CREATE TABLE input (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ("
        "'connector' = 'filesystem', 'format' = 'csv', 'path' = '" +
        scratch + "/input.csv')");
    const auto statements = subject->session_.Parse(query);
    CHECK(statements.ok()) << statements.error().message;
    subject->statement_ = statements->front();
    auto planned = subject->session_.Execute(subject->statement_);
    CHECK(planned.ok()) << planned.error().message;
    subject->planned_ = *std::move(planned);
    subject->Stop();
    return subject;
  }

  using Files = std::map<std::string, std::string>;  // bytes by path
  const Files& files() const { return files_; }
  const std::string& answer() const { return answer_; }

  // The rows of a job that starts from `files` in place of the savepoint's, sorted.
  StatusOr<std::string> Resume(const Files& files) {
    for (const auto& [path, bytes] : files_) {
      auto now = files.find(path);
      if (now == files.end()) {
        std::filesystem::remove(path);
      } else if (now->second != bytes) {
        Write(path, now->second);
      }
    }
    StatusOr<std::string> rows = Run();
    for (const auto& [path, bytes] : files_) {
      auto now = files.find(path);
      if (now == files.end() || now->second != bytes) Write(path, bytes);
    }
    return rows;
  }

 private:
  Subject(const std::string& scratch, int rows, int parallelism)
      : session_({.config = {{"execution.checkpointing.interval", "1 h"},
                             {"execution.batch-size", "16"},
                             {"restart-strategy.type", "none"}},
                  .parallelism = parallelism}) {
    std::ofstream input(scratch + "/input.csv");
    for (int i = 0; i < rows; ++i) {
      input << "key-" << i * int64_t{7919} % (rows / 3) << "-with-a-long-name," << i % 5
            << ",2020-01-01 00:" << 10 + i * 40 / rows << ":00.000\n";
    }
    LocalClusterOptions options;
    options.checkpoint_root = scratch + "/checkpoints";
    auto cluster = StoppingCluster::Start(std::move(options));
    CHECK(cluster.ok()) << cluster.status();
    cluster_ = *std::move(cluster);
  }

  void Execute(const std::string& sql) {
    const auto statements = session_.Parse(sql);
    CHECK(statements.ok()) << statements.error().message;
    for (const auto& one : *statements) CHECK(session_.Execute(one).ok()) << one.text;
  }

  void Stop() {
    std::ostringstream before;
    auto savepoint = cluster_->RunToSavepoint(statement_, planned_, 0.9, *PrinterTo(before));
    CHECK(savepoint.ok()) << savepoint.status();
    savepoint_ = *savepoint;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(savepoint_)) {
      if (!entry.is_regular_file()) continue;
      std::ostringstream bytes;
      bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      files_[entry.path().string()] = bytes.str();
    }
    auto answer = Run();
    CHECK(answer.ok()) << answer.status();
    CHECK(!answer->empty());
    answer_ = *answer;
  }

  StatusOr<std::string> Run() {
    std::ostringstream out;
    RETURN_IF_ERROR(cluster_->Resume(statement_, planned_, savepoint_, *PrinterTo(out)));
    std::vector<std::string> rows;
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) rows.push_back(line);
    std::sort(rows.begin(), rows.end());
    std::string sorted;
    for (const std::string& row : rows) sorted += row + "\n";
    return sorted;
  }

  std::unique_ptr<ResultPrinter> PrinterTo(std::ostream& out) {
    auto printer = MakeResultPrinter(OutputFormat::kChangelog, out);
    CHECK(printer->BeginRows({planned_.schema, planned_.schema_text, true, {}}).ok());
    return printer;
  }

  static void Write(const std::string& path, const std::string& bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << bytes;
    CHECK(file.flush().good()) << path;
  }

  sql::Session session_;
  std::unique_ptr<StoppingCluster> cluster_;
  sql::SessionStatement statement_;
  sql::StatementResult planned_;
  std::string savepoint_;
  Files files_;
  std::string answer_;
};

// ---- Damage

class Damage {
 public:
  Damage(const Subject::Files& files, uint64_t seed) : files_(files), random_(seed) {}

  // Damages one file or two; says what was done.
  std::string Do(Subject::Files& files) {
    auto& [path, bytes] = *std::next(files.begin(), Below(files.size()));
    damaged_ = {path};
    switch (Below(8)) {
      case 0:
        files.erase(std::string(path));
        return "removed";
      case 1:
        bytes.resize(Below(bytes.size()));
        return "cut to " + std::to_string(bytes.size());
      case 2:
        bytes += std::string(1 + Below(16), static_cast<char>(Below(256)));
        return "made longer";
      case 3:
        return SwapFiles(files, path, bytes);
      case 4:
        return SwapBlocks(bytes);
      case 5:
        return ZeroBlock(bytes);
      default:
        return Flip(bytes);
    }
  }
  const std::vector<std::string>& damaged() const { return damaged_; }

 private:
  size_t Below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }

  std::string SwapFiles(Subject::Files& files, const std::string& path, std::string& bytes) {
    auto& [other_path, other] = *std::next(files.begin(), Below(files.size()));
    damaged_.push_back(other_path);
    if (&other == &bytes) return Flip(bytes);
    bytes.swap(other);
    return "swapped " + path + " with " + other_path;
  }

  std::string SwapBlocks(std::string& bytes) {
    const size_t size = 1 + Below(std::min<size_t>(bytes.size() / 2, 4096));
    const size_t a = Below(bytes.size() - size + 1), b = Below(bytes.size() - size + 1);
    if (std::max(a, b) - std::min(a, b) < size) return Flip(bytes);
    std::swap_ranges(bytes.begin() + static_cast<ptrdiff_t>(a),
                     bytes.begin() + static_cast<ptrdiff_t>(a + size),
                     bytes.begin() + static_cast<ptrdiff_t>(b));
    return "swapped " + std::to_string(size) + " bytes at " + std::to_string(a) + " and " +
           std::to_string(b);
  }

  // As a disk does that lost a page.
  std::string ZeroBlock(std::string& bytes) {
    const size_t at = Below(bytes.size()) / 512 * 512;
    const size_t size = std::min<size_t>(512, bytes.size() - at);
    std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(at), size, '\0');
    return "zeroed " + std::to_string(size) + " bytes at " + std::to_string(at);
  }

  std::string Flip(std::string& bytes) {
    const size_t at = Below(bytes.size());
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << Below(8)));
    return "flipped a bit at " + std::to_string(at);
  }

  const Subject::Files& files_;
  std::mt19937_64 random_;
  std::vector<std::string> damaged_;
};

enum class Verdict { kRefused, kSame, kWrong };

// `what` says why when it is wrong.
Verdict Try(Subject& subject, uint64_t seed, std::string& what) {
  Subject::Files files = subject.files();
  Damage damage(subject.files(), seed);
  what = damage.Do(files);
  what = damage.damaged().front() + ": " + what;
  const StatusOr<std::string> rows = subject.Resume(files);
  if (rows.ok()) {
    if (*rows == subject.answer()) return Verdict::kSame;
    what += ": the answer is another one:\n" + rows->substr(0, 2000);
    return Verdict::kWrong;
  }
  const bool named =
      std::any_of(damage.damaged().begin(), damage.damaged().end(), [&](const std::string& path) {
        return rows.status().message().find(path) != std::string::npos;
      });
  if (named) return Verdict::kRefused;
  what += ": refused without its name: " + rows.status().ToString();
  return Verdict::kWrong;
}

int Run(const Command& command, const std::string& scratch) {
  const struct {
    const char* query;
    int rows;
    int parallelism;
  } kSubjects[] = {
      // State in files of its own, and within the manifest.
      {"SELECT k, COUNT(*), SUM(v), COUNT(DISTINCT v) FROM input GROUP BY k", 30'000, 2},
      {"SELECT k, COUNT(*), SUM(v) FROM input GROUP BY k", 60, 3},
      {"SELECT k, window_end, COUNT(*) FROM TABLE(HOP(TABLE input, DESCRIPTOR(ts), INTERVAL '5' "
       "MINUTE, INTERVAL '10' MINUTE)) GROUP BY k, window_start, window_end",
       30'000, 1},
  };
  std::vector<std::unique_ptr<Subject>> subjects;
  for (const auto& [query, rows, parallelism] : kSubjects) {
    const std::string folder = scratch + "/" + std::to_string(subjects.size());
    std::filesystem::create_directory(folder);
    subjects.push_back(Subject::Make(folder, query, rows, parallelism));
    std::cout << subjects.back()->files().size() << " files: " << query << std::endl;
  }
  int refused = 0, same = 0;
  for (int trial = 0; trial < command.trials; ++trial) {
    if (command.only >= 0 && trial != command.only) continue;
    Subject& subject = *subjects[static_cast<size_t>(trial) % subjects.size()];
    std::string what;
    const Verdict verdict =
        Try(subject, command.seed * 1'000'003 + static_cast<uint64_t>(trial), what);
    if (verdict == Verdict::kWrong) {
      std::cout << "WRONG: trial " << trial << " of seed " << command.seed << ": " << what
                << "\nagain: damaged_checkpoint --seed " << command.seed << " --only " << trial
                << std::endl;
      return 1;
    }
    if (command.only >= 0) std::cout << what << std::endl;
    refused += verdict == Verdict::kRefused;
    same += verdict == Verdict::kSame;
  }
  std::cout << refused << " refused by name, " << same << " with the same answer, none wrong"
            << std::endl;
  return 0;
}

int Main(int argc, char** argv) {
  Command command;
  CLI::App app{"Starts jobs from damaged savepoints", "damaged_checkpoint"};
  app.add_option("--trials", command.trials);
  app.add_option("--seed", command.seed);
  app.add_option("--only", command.only, "this trial alone");
  CLI11_PARSE(app, argc, argv);
  SetLogLevel(LogLevel::kError);
  auto scratch = ScratchFolder::Make("weir-damaged");
  CHECK(scratch.ok()) << scratch.status();
  return Run(command, (*scratch)->path());
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) { return weir::Main(argc, argv); }
