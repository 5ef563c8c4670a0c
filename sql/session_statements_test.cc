#include "sql/session_harness.h"

namespace weir::sql {
namespace {

TEST(SessionStatementsTest, SetAndReset) {
  Terminal terminal({.config = {{"a", "1"}}});
  ExpectAnswers(
      terminal,
      {{"SET 'b' = '2'; SET 'a' = '3'; SET", "a | 3\nb | 2\n"},
       {"RESET 'a'; SET", "a | 1\nb | 2\n"},
       {"RESET; SET", "a | 1\n"},
       {"SET 'state.checkpoints.dir' = '/x'; SET 'execution.checkpointing.dir' = '/y'; SET",
        "a | 1\nexecution.checkpointing.dir | /y\n"},
       {"RESET 'state.checkpoints.dir'; SET", "a | 1\n"},
       {"SET 'parallelism.default' = 'two'",
        "error 1:29: 'parallelism.default' = 'two' is not a whole number\n"},
       {"SET 'parallelism.default' = '0'",
        "error 1:29: 'parallelism.default' = '0' must be at least 1\n"},
       {"SET 'parallelism.default' = '32769'",
        "error 1:29: 'parallelism.default' = '32769' must be at most 32768\n"},
       {"SET 'table.exec.state.ttl' = '-1 h'",
        "error 1:30: 'table.exec.state.ttl' = '-1 h' is not a duration such as '5 s' or '1 min'\n"},
       {"SET 'table.exec.source.idle-timeout' = 'soon'",
        "error 1:40: 'table.exec.source.idle-timeout' = 'soon' is not a duration such as '5 s' or "
        "'1 "
        "min'\n"}});
  terminal.Run("SET 'x' = 'y'");
  EXPECT_EQ(terminal.last().schema, nullptr);
  terminal.Run("SET 'execution.runtime-mode' = 'batch'");
  ASSERT_EQ(terminal.last().notes.size(), 1u);
}

TEST(SessionStatementsTest, SchemasOfAnswers) {
  Terminal terminal;
  terminal.Run("CREATE TABLE t (a INT)");
  EXPECT_EQ(terminal.last().schema_text, "( `result` STRING )");
  terminal.Run("SHOW TABLES");
  EXPECT_EQ(terminal.last().schema_text, "( `table name` STRING )");
  terminal.Run("DESCRIBE t");
  EXPECT_EQ(terminal.last().schema_text,
            "( `name` STRING, `type` STRING, `null` BOOLEAN, `key` STRING, `extras` STRING, "
            "`watermark` STRING )");
  EXPECT_FALSE(terminal.last().job.has_value());
}

TEST(SessionStatementsTest, ShowFunctionsListsTheRegistries) {
  Terminal terminal;
  const std::string all = terminal.Run("SHOW FUNCTIONS");
  for (const char* name : {"upper\n", "count\n", "sum\n", "to_timestamp\n"}) {
    EXPECT_NE(all.find(name), std::string::npos) << name;
  }
  EXPECT_EQ(all.find("+"), std::string::npos);
  EXPECT_EQ(terminal.Run("SHOW FUNCTIONS LIKE 'upp%'"), "upper\n");
  EXPECT_EQ(terminal.Run("SHOW USER FUNCTIONS"), "");
}

TEST(SessionStatementsTest, ExplainPrintsPlanAndJob) {
  Terminal terminal;
  terminal.Run("CREATE TABLE g (a INT, b INT) WITH ('connector' = 'datagen')");
  const std::string text = terminal.Run("EXPLAIN SELECT a FROM g WHERE b > 1");
  EXPECT_NE(text.find("== Optimized Plan =="), std::string::npos) << text;
  EXPECT_NE(text.find("== Job Graph =="), std::string::npos) << text;
  EXPECT_FALSE(terminal.last().job.has_value());
}

TEST(SessionStatementsTest, WhatIsOfTheClusterOrNotThereIsRefused) {
  Terminal terminal;
  ExpectAnswers(
      terminal,
      {{"SHOW JOBS",
        "error 1:1: SHOW JOBS is not a statement of a script\nhint: use "
        "`weir list`\n"},
       {"STOP JOB 'x'", "error 1:1: STOP JOB is not supported\nhint: use `weir stop x`\n"},
       {"CREATE FUNCTION f AS 'a.B'",
        "error 1:17: a function of one's own is not supported\nhint: SHOW FUNCTIONS "
        "lists those that are there\n"},
       {"DROP FUNCTION IF EXISTS f", "OK\n"},
       {"DESCRIBE nope",
        "error 1:10: Tables or views with the identifier "
        "'default_catalog.default_database.nope' doesn't exist.\n"}});
}

}  // namespace
}  // namespace weir::sql
