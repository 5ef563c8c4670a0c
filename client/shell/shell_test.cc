#include "client/shell/shell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Types what the test says.
class Typist : public LineEditor {
 public:
  explicit Typist(std::deque<std::string> lines, bool interactive)
      : lines_(std::move(lines)), interactive_(interactive) {}
  Outcome Read(const std::string& prompt, std::string& line) override {
    prompts += prompt;
    if (lines_.empty()) return Outcome::kEnd;
    line = std::move(lines_.front());
    lines_.pop_front();
    return line == "^C" ? Outcome::kInterrupted : Outcome::kLine;
  }
  void Remember(const std::string& entry) override { remembered.push_back(entry); }
  bool interactive() const override { return interactive_; }

  std::string prompts;
  std::vector<std::string> remembered;

 private:
  std::deque<std::string> lines_;
  const bool interactive_;
};

bool Never() { return false; }
bool Always() { return true; }

class ShellTest : public testing::Test {
 protected:
  ShellTest() : dir_(testing::TempDir() + "/weir_shell_test_" + std::to_string(getpid())) {
    std::filesystem::create_directories(dir_);
  }
  ~ShellTest() override { std::filesystem::remove_all(dir_); }

  // With an empty input at the end. True: all statements worked.
  bool Run(std::deque<std::string> lines, bool interactive = false,
           bool (*interrupted)() = &Never) {
    out_.str("");
    err_.str("");
    const auto backend = MakeLocalBackend(1, dir_);
    typist_ = std::make_unique<Typist>(std::move(lines), interactive);
    Shell shell(*backend, *typist_, {}, {out_, err_}, interrupted);
    return shell.Run();
  }

  const std::string dir_;
  std::ostringstream out_, err_;
  std::unique_ptr<Typist> typist_;
};

TEST_F(ShellTest, StatementsOfSeveralLinesAndTheirRows) {
  EXPECT_TRUE(Run({"CREATE TABLE t (n BIGINT) WITH (", "  'connector' = 'datagen',",
                   "  'fields.n.kind' = 'sequence', 'fields.n.start' = '1',",
                   "  'fields.n.end' = '3'); SELECT SUM(n) AS s", "FROM t;"},
                  true))
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("OK\n"));
  EXPECT_THAT(out_.str(), HasSubstr("| 6 |"));
  EXPECT_THAT(out_.str(), HasSubstr("1 row\n"));
  EXPECT_EQ(typist_->prompts, "weir>    ->    ->    ->    -> weir> ");
  EXPECT_EQ(typist_->remembered.back(), "SELECT SUM(n) AS s FROM t;");
}

TEST_F(ShellTest, ResultModes) {
  const std::string counted = "SELECT COUNT(*) AS c FROM (VALUES (1), (2)) AS t (n);";
  EXPECT_TRUE(Run({"SET 'sql-client.execution.result-mode' = 'changelog';", counted}));
  EXPECT_THAT(out_.str(), HasSubstr("| op | c |"));
  EXPECT_TRUE(Run({"SET 'sql-client.execution.result-mode' = 'tableau';", "SELECT 1 AS c;"}));
  EXPECT_THAT(out_.str(), HasSubstr("| c |\n+---+\n| 1 |"));
  EXPECT_FALSE(Run({"SET 'sql-client.execution.result-mode' = 'tabel';", "SELECT 1;"}));
  EXPECT_THAT(err_.str(), HasSubstr("is none of TABLE|CHANGELOG|TABLEAU"));
}

TEST_F(ShellTest, MistakesAreShownAndForgiven) {
  EXPECT_FALSE(Run({"CREATE TABLE t (amount INT) WITH ('connector' = 'datagen');",
                    "SELECT amuont FROM t;", "SELECT 'later' AS x;"},
                   true));
  EXPECT_THAT(err_.str(), HasSubstr("statement:1:8: "));
  EXPECT_THAT(err_.str(), HasSubstr("  SELECT amuont FROM t\n         ^~~~~~"));
  EXPECT_THAT(out_.str(), HasSubstr("| later |"));
  // Without a person a mistake ends it.
  EXPECT_FALSE(Run({"SELECT nothing;", "SELECT 'later' AS x;"}));
  EXPECT_THAT(out_.str(), Not(HasSubstr("later")));
}

TEST_F(ShellTest, CtrlCAtThePromptGivesTheStatementUp) {
  EXPECT_TRUE(Run({"SELECT 'lost'", "^C", "SELECT 'kept' AS x;"}, true)) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("kept"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("lost")));
}

TEST_F(ShellTest, CtrlCEndsTheQueryAndNotThePrompt) {
  static int asked;
  asked = 0;
  const auto later = [] { return ++asked == 6; };
  EXPECT_TRUE(Run(
      {"CREATE TABLE endless (n INT) WITH ('connector' = 'datagen',", "'rows-per-second' = '10');",
       "SELECT COUNT(*) AS c FROM endless;", "SELECT 'after' AS x;"},
      false, later))
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("after"));
}

TEST_F(ShellTest, AnInterruptedInsertOfThisProcessIsCanceled) {
  EXPECT_TRUE(Run(
      {"CREATE TABLE endless (n INT) WITH ('connector' = 'datagen',", "'rows-per-second' = '10');",
       "CREATE TABLE away (n INT) WITH ('connector' = 'blackhole');",
       "INSERT INTO away SELECT n FROM endless;", "SHOW JOBS;"},
      false, &Always))
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr(": CANCELED\n"));
}

TEST_F(ShellTest, SourceRunsAFile) {
  const std::string path = dir_ + "/job.sql";
  std::ofstream(path) << "CREATE TABLE t (n INT) WITH ('connector' = 'datagen');\nSELECT x FROM t;";
  EXPECT_FALSE(Run({"SOURCE " + path}, true));
  EXPECT_THAT(err_.str(), HasSubstr(path + ":2:8: "));
  EXPECT_FALSE(Run({"SOURCE FILE '" + path + "';", "SHOW TABLES;"}, true));
  EXPECT_THAT(out_.str(), HasSubstr("| t "));
  EXPECT_FALSE(Run({"SOURCE " + dir_ + "/nothing.sql;"}));
  EXPECT_THAT(err_.str(), HasSubstr("cannot read"));
  std::ofstream(path) << "SELECT 1 AS uno";
  EXPECT_TRUE(Run({"source " + path + ";"}));
  EXPECT_THAT(out_.str(), HasSubstr("| uno |"));
}

TEST_F(ShellTest, JobsAreShownAndStopped) {
  EXPECT_TRUE(
      Run({"CREATE TABLE few (n INT) WITH ('connector' = 'datagen',", "'number-of-rows' = '3');",
           "CREATE TABLE away (n INT) WITH ('connector' = 'blackhole');",
           "INSERT INTO away SELECT n FROM few;", "SHOW JOBS;"}))
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("| status   | start time "));
  EXPECT_THAT(out_.str(), HasSubstr("| FINISHED | 20"));
  EXPECT_FALSE(Run({"DESCRIBE JOB 'abc';"}));
  EXPECT_THAT(err_.str(), HasSubstr("there is no job abc"));
}

TEST_F(ShellTest, AnyParallelismHasItsSlots) {
  const std::string counted = "SELECT COUNT(*) AS c FROM (VALUES (1), (2)) AS t (n) GROUP BY n;";
  EXPECT_TRUE(Run({"SET 'parallelism.default' = '16';", counted})) << err_.str();
  EXPECT_FALSE(Run({"SET 'parallelism.default' = '2000';", counted}));
  EXPECT_THAT(err_.str(), HasSubstr("the job has parallelism 2000, of at most 1024 here"));
}

TEST_F(ShellTest, QuitLeaves) {
  EXPECT_TRUE(Run({"help", "quit", "SELECT 'after' AS x;"}, true));
  EXPECT_THAT(out_.str(), HasSubstr("SOURCE file"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("after")));
}

}  // namespace
}  // namespace weir
