#include "sql/session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::sql {
namespace {

std::string Text(const Value& value) {
  if (value.is_null()) return "null";
  if (const bool* flag = std::get_if<bool>(&value.v)) return *flag ? "true" : "false";
  return value.string();
}

// One user at a terminal: each script's answers as lines, errors as "error: message".
class Terminal {
 public:
  explicit Terminal(SessionOptions options = {}) : session_(std::move(options)) {}

  std::string Run(const std::string& script) {
    SqlResult<std::vector<SessionStatement>> statements = session_.Parse(script);
    if (!statements.ok()) return "syntax error: " + statements.error().message + "\n";
    std::string out;
    for (const SessionStatement& statement : *statements) {
      SqlResult<StatementResult> result = session_.Execute(statement);
      if (!result.ok()) {
        const SqlError& error = result.error();
        out += "error " + std::to_string(error.span.line) + ":" +
               std::to_string(error.span.column) + ": " + error.message + "\n";
        if (!error.hint.empty()) out += "hint: " + error.hint + "\n";
        continue;
      }
      last_ = *std::move(result);
      for (const std::vector<Value>& row : last_.rows) {
        for (size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : " | ") + Text(row[i]);
        out += "\n";
      }
    }
    return out;
  }

  // Of the last statement that did not fail.
  const StatementResult& last() const { return last_; }
  Session& session() { return session_; }

 private:
  Session session_;
  StatementResult last_;
};

struct Step {
  const char* script;
  const char* answer;
};
void ExpectAnswers(Terminal& terminal, const std::vector<Step>& steps) {
  for (const Step& step : steps) EXPECT_EQ(terminal.Run(step.script), step.answer) << step.script;
}

TEST(SessionTest, CreatesDescribesAndShowsATableAsFlinkDoes) {
  Terminal terminal;
  ExpectAnswers(
      terminal,
      {{"CREATE TABLE b (a INT PRIMARY KEY NOT ENFORCED COMMENT 'x', b STRING NOT NULL COMMENT "
        "'y', "
        "c AS a + 1 COMMENT 'z', d TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL COMMENT 'w', "
        "e BIGINT METADATA, WATERMARK FOR d AS d - INTERVAL '1' SECOND) COMMENT 'tt' "
        "PARTITIONED BY (b) WITH ('connector'='kafka', 'b' = '2', 'a' = 'it''s')",
        "OK\n"},
       {"DESCRIBE b",
        "a | INT | false | PRI(a) | null | null | x\n"
        "b | STRING | false | null | null | null | y\n"
        "c | INT | false | null | AS `a` + 1 | null | z\n"
        "d | TIMESTAMP(3) *ROWTIME* | true | null | METADATA FROM 'timestamp' VIRTUAL | `d` - "
        "INTERVAL '1' SECOND | w\n"
        "e | BIGINT | true | null | METADATA | null | null\n"},
       {"SHOW COLUMNS FROM b LIKE 'a%'", "a | INT | false | PRI(a) | null | null | x\n"},
       {"SHOW CREATE TABLE b",
        "CREATE TABLE `default_catalog`.`default_database`.`b` (\n"
        "  `a` INT NOT NULL COMMENT 'x',\n"
        "  `b` VARCHAR(2147483647) NOT NULL COMMENT 'y',\n"
        "  `c` AS `a` + 1 COMMENT 'z',\n"
        "  `d` TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL COMMENT 'w',\n"
        "  `e` BIGINT METADATA,\n"
        "  WATERMARK FOR `d` AS `d` - INTERVAL '1' SECOND,\n"
        "  CONSTRAINT `PK_a` PRIMARY KEY (`a`) NOT ENFORCED\n"
        ")\n"
        "COMMENT 'tt'\n"
        "PARTITIONED BY (`b`)\n"
        "WITH (\n"
        "  'a' = 'it''s',\n"
        "  'b' = '2',\n"
        "  'connector' = 'kafka'\n"
        ")\n\n"}});
  // What SHOW CREATE TABLE prints makes the same table.
  terminal.Run("SHOW CREATE TABLE b");
  const std::string text = terminal.last().rows[0][0].string();
  EXPECT_EQ(terminal.Run("DROP TABLE b; " + text + "; SHOW CREATE TABLE b"),
            "OK\nOK\n" + text + "\n");
}

TEST(SessionTest, TypesAndTimeAttributes) {
  Terminal terminal;
  ExpectAnswers(
      terminal,
      {{"CREATE TABLE t (a VARBINARY, b VARCHAR, c BINARY, d CHAR, e TIME(6), f DECIMAL(5), "
        "g TIMESTAMP(9), h MULTISET<INT>, i INT ARRAY NOT NULL, p AS PROCTIME(), "
        "ts TIMESTAMP_LTZ(3), WATERMARK FOR ts AS ts)",
        "OK\n"},
       {"DESC t",
        "a | BYTES | true | null | null | null\n"
        "b | STRING | true | null | null | null\n"
        "c | BINARY(1) | true | null | null | null\n"
        "d | CHAR(1) | true | null | null | null\n"
        "e | TIME(0) | true | null | null | null\n"
        "f | DECIMAL(5, 0) | true | null | null | null\n"
        "g | TIMESTAMP(9) | true | null | null | null\n"
        "h | MULTISET<INT> | true | null | null | null\n"
        "i | ARRAY<INT> | false | null | null | null\n"
        "p | TIMESTAMP_LTZ(3) *PROCTIME* | false | null | AS PROCTIME() | null\n"
        "ts | TIMESTAMP_LTZ(3) *ROWTIME* | true | null | null | `ts`\n"}});
}

TEST(SessionTest, CreateTableRefusesWhatMakesNoSense) {
  const Step steps[] = {
      {"CREATE TABLE t (a INT, a STRING)",
       "error 1:24: A regular Column named 'a' already exists in the table.\n"},
      {"CREATE TABLE t (a INT PRIMARY KEY)",
       "error 1:17: a PRIMARY KEY must be NOT ENFORCED: the data is not ours, so nobody checks "
       "it\nhint: write PRIMARY KEY ... NOT ENFORCED\n"},
      {"CREATE TABLE t (a INT, PRIMARY KEY (b) NOT ENFORCED)",
       "error 1:37: Primary key column 'b' is not defined in the schema\n"},
      {"CREATE TABLE t (a INT, PRIMARY KEY (a, a) NOT ENFORCED)",
       "error 1:40: Invalid primary key 'PK_a_a'. A primary key must not contain duplicate "
       "columns. Found: [a]\n"},
      {"CREATE TABLE t (a INT, c AS a + 1, PRIMARY KEY (c) NOT ENFORCED)",
       "error 1:49: Could not create a PRIMARY KEY with column 'c': a PRIMARY KEY constraint must "
       "be declared on physical columns\n"},
      {"CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED, PRIMARY KEY (a) NOT ENFORCED)",
       "error 1:49: Duplicate primary key definition\n"},
      {"CREATE TABLE t (a INT, UNIQUE (a))",
       "error 1:24: UNIQUE constraints are not supported\nhint: a PRIMARY KEY is\n"},
      {"CREATE TABLE t (a INT, WATERMARK FOR a AS a)",
       "error 1:38: Invalid data type of time field for watermark definition. The field must be of "
       "type TIMESTAMP(p) or TIMESTAMP_LTZ(p), the supported precision 'p' is from 0 to 3, but the "
       "time field type is INT\n"},
      {"CREATE TABLE t (a TIMESTAMP, WATERMARK FOR a AS a)",
       "error 1:44: Invalid data type of time field for watermark definition. The field must be of "
       "type TIMESTAMP(p) or TIMESTAMP_LTZ(p), the supported precision 'p' is from 0 to 3, but the "
       "time field type is TIMESTAMP(6)\nhint: write TIMESTAMP(3)\n"},
      {"CREATE TABLE t (tss TIMESTAMP(3), WATERMARK FOR ts AS tss)",
       "error 1:49: The rowtime attribute field 'ts' is not defined in the table schema; available "
       "fields: ['tss']\nhint: did you mean `tss`?\n"},
      {"CREATE TABLE t (a TIMESTAMP(3), WATERMARK FOR a AS a, WATERMARK FOR a AS a)",
       "error 1:55: a table has at most one WATERMARK\n"},
      {"CREATE TABLE t (a INT) PARTITIONED BY (b)",
       "error 1:40: Partition column 'b' not defined in the table schema. Available columns: "
       "['a']\n"},
      {"CREATE TABLE t (a STRNG)",
       "error 1:19: there is no type `STRNG`\nhint: did you mean `STRING`?\n"},
      {"CREATE TABLE t (a DECIMAL(40, 2))",
       "error 1:19: the precision of DECIMAL must be between 1 and 38, not 40\n"},
      {"CREATE TABLE t (r ROW<x INT, x INT>)",
       "error 1:30: the field `x` stands twice in this row\n"},
      {"CREATE TABLE t (a TIMESTAMP WITH TIME ZONE)",
       "error 1:19: TIMESTAMP WITH TIME ZONE does not exist here\nhint: use TIMESTAMP_LTZ, which "
       "is TIMESTAMP WITH LOCAL TIME ZONE\n"},
      {"CREATE TABLE t (a, b)", "syntax error: the column `a` has no type\n"},
      {"CREATE TABLE nodb.t (a INT)",
       "error 1:14: Database nodb does not exist in Catalog default_catalog.\n"},
      {"CREATE TABLE nocat.nodb.t (a INT)", "error 1:14: Catalog nocat does not exist.\n"},
  };
  for (const Step& step : steps) {
    Terminal terminal;
    EXPECT_EQ(terminal.Run(step.script), step.answer) << step.script;
    EXPECT_EQ(terminal.Run("SHOW TABLES"), "") << "something was made by " << step.script;
  }
}

TEST(SessionTest, ComputedColumnsReadPhysicalOnesOnly) {
  Terminal terminal;
  EXPECT_EQ(terminal.Run("CREATE TABLE t (a INT, c AS a * 2, w AS UPPER('x'))"), "OK\n");
  const std::string answer = terminal.Run("CREATE TABLE u (a INT, c AS d + 1, d AS a + 1)");
  EXPECT_EQ(answer.substr(0, 12), "error 1:29: ") << answer;
}

TEST(SessionTest, LikeTakesWhatItIsToldTo) {
  Terminal terminal;
  terminal.Run(
      "CREATE TABLE b (a INT PRIMARY KEY NOT ENFORCED, b STRING, c AS a + 1, d TIMESTAMP(3) "
      "METADATA FROM 'timestamp' VIRTUAL, WATERMARK FOR d AS d) COMMENT 'tt' PARTITIONED BY (b) "
      "WITH ('connector'='kafka', 'b' = '2')");
  ExpectAnswers(
      terminal,
      {{"CREATE TABLE l3 WITH ('b'='3') LIKE b; SHOW CREATE TABLE l3",
        "OK\n"
        "CREATE TABLE `default_catalog`.`default_database`.`l3` (\n"
        "  `a` INT NOT NULL,\n"
        "  `b` VARCHAR(2147483647),\n"
        "  `c` AS `a` + 1,\n"
        "  `d` TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL,\n"
        "  WATERMARK FOR `d` AS `d`,\n"
        "  CONSTRAINT `PK_a` PRIMARY KEY (`a`) NOT ENFORCED\n"
        ")\n"
        "PARTITIONED BY (`b`)\n"
        "WITH (\n"
        "  'b' = '3',\n"
        "  'connector' = 'kafka'\n"
        ")\n\n"},
       {"CREATE TABLE l5 (z INT) WITH ('b'='3') LIKE b (EXCLUDING PARTITIONS EXCLUDING GENERATED "
        "EXCLUDING METADATA EXCLUDING WATERMARKS EXCLUDING CONSTRAINTS EXCLUDING OPTIONS); "
        "SHOW CREATE TABLE l5",
        "OK\n"
        "CREATE TABLE `default_catalog`.`default_database`.`l5` (\n"
        "  `a` INT NOT NULL,\n"
        "  `b` VARCHAR(2147483647),\n"
        "  `z` INT\n"
        ")\n"
        "WITH (\n"
        "  'b' = '3'\n"
        ")\n\n"},
       {"CREATE TABLE l6 (a BIGINT) LIKE b",
        "error 1:18: A column named 'a' already exists in the base table.\n"},
       {"CREATE TABLE l7 (WATERMARK FOR d AS d - INTERVAL '1' SECOND) LIKE b",
        "error 1:18: There already exists a watermark spec for column 'd' in the base table. You "
        "might want to specify EXCLUDING WATERMARKS or OVERWRITING WATERMARKS.\n"},
       {"CREATE TABLE l8 (c AS a + 2, WATERMARK FOR d AS d - INTERVAL '1' SECOND) LIKE b "
        "(OVERWRITING WATERMARKS OVERWRITING GENERATED)",
        "OK\n"},
       {"SHOW COLUMNS FROM l8 LIKE 'c'", "c | INT | false | null | AS `a` + 2 | null\n"},
       {"CREATE TABLE l9 (c AS a + 2) LIKE b",
        "error 1:18: A column named 'c' already exists in the base table. You might want to "
        "specify EXCLUDING GENERATED or OVERWRITING GENERATED.\n"},
       {"CREATE TABLE l10 WITH ('b' = '4') LIKE b (INCLUDING OPTIONS)",
        "error 1:24: There already exists an option ['b'] in the base table. You might want to "
        "specify EXCLUDING OPTIONS or OVERWRITING OPTIONS.\n"},
       {"CREATE TABLE l11 LIKE b (INCLUDING ALL EXCLUDING ALL)",
        "error 1:23: Each like option feature can be declared only once.\n"},
       {"CREATE TABLE l12 (PRIMARY KEY (b) NOT ENFORCED) LIKE b",
        "error 1:14: The base table already has a primary key. You might want to specify EXCLUDING "
        "CONSTRAINTS.\n"},
       {"CREATE TABLE l13 LIKE bb",
        "error 1:23: Source table '`default_catalog`.`default_database`.`bb`' of the LIKE clause "
        "not found in the catalog\nhint: did you mean `b`?\n"}});
}

TEST(SessionTest, TemporaryTablesHidePermanentOnes) {
  Terminal terminal;
  ExpectAnswers(
      terminal,
      {{"CREATE TABLE a (x INT); CREATE TEMPORARY TABLE a (y INT)", "OK\nOK\n"},
       {"DESCRIBE a", "y | INT | true | null | null | null\n"},
       {"SHOW TABLES", "a\n"},
       {"DROP TABLE a",
        "error 1:12: Temporary table with identifier "
        "'`default_catalog`.`default_database`.`a`' exists. Drop it first before removing the "
        "permanent table.\nhint: DROP TEMPORARY TABLE\n"},
       {"DROP TEMPORARY TABLE a; DESCRIBE a", "OK\nx | INT | true | null | null | null\n"},
       {"DROP TEMPORARY TABLE a",
        "error 1:22: Temporary table or view with identifier "
        "'default_catalog.default_database.a' does not exist.\nhint: did you mean `a`?\n"},
       {"DROP VIEW a",
        "error 1:11: View with identifier 'default_catalog.default_database.a' does not exist.\n"
        "hint: it is a table: DROP TABLE\n"},
       {"CREATE TABLE a (x INT)",
        "error 1:14: Table (or view) default_database.a already exists in Catalog "
        "default_catalog.\n"},
       {"CREATE TABLE IF NOT EXISTS a (z INT); DESCRIBE a",
        "OK\nx | INT | true | null | null | null\n"},
       {"DROP TABLE a; DROP TABLE IF EXISTS a; SHOW TABLES", "OK\nOK\n"}});
}

TEST(SessionTest, SecretsAreNotShown) {
  Terminal terminal;
  ExpectAnswers(
      terminal,
      {{"CREATE TABLE t (a INT) WITH ('connector'='jdbc', 'password'='hush', "
        "'url'='jdbc:postgresql://h/d?user=u&password=hush'); SET 'my.token' = 'hush'",
        "OK\n"},
       {"SHOW CREATE TABLE t",
        "CREATE TABLE `default_catalog`.`default_database`.`t` (\n  `a` INT\n)\nWITH (\n"
        "  'connector' = 'jdbc',\n  'password' = '******',\n"
        "  'url' = 'jdbc:postgresql://h/d?user=u&password=******'\n)\n\n"},
       {"CREATE VIEW v AS SELECT a FROM t /*+ OPTIONS('password'='hush') */; SHOW CREATE VIEW v",
        "OK\nCREATE VIEW `default_catalog`.`default_database`.`v` (\n  `a`\n)\nAS SELECT `a` FROM "
        "`t` /*+ OPTIONS('password' = '******') */\n\n"}});
  EXPECT_EQ(terminal.Run("SET").find("hush"), std::string::npos);
}

TEST(SessionTest, Views) {
  Terminal terminal;
  ExpectAnswers(
      terminal,
      {{"CREATE TABLE t (x INT NOT NULL, s STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)",
        "OK\n"},
       {"CREATE VIEW v (p, q) COMMENT 'vv' AS SELECT x, ts FROM t WHERE x > 1", "OK\n"},
       {"DESCRIBE v",
        "p | INT | false | null | null | null\n"
        "q | TIMESTAMP(3) *ROWTIME* | true | null | null | null\n"},
       {"SHOW CREATE VIEW v",
        "CREATE VIEW `default_catalog`.`default_database`.`v` (\n"
        "  `p`,\n"
        "  `q`\n"
        ")\n"
        "COMMENT 'vv'\n"
        "AS SELECT `x`, `ts` FROM `t` WHERE `x` > 1\n\n"},
       {"SHOW VIEWS; SHOW TABLES", "v\nt\nv\n"},
       {"SHOW CREATE TABLE v",
        "error 1:19: SHOW CREATE TABLE is only supported for tables, but "
        "`default_catalog`.`default_database`.`v` is a view. Please use SHOW CREATE VIEW "
        "instead.\n"},
       {"CREATE VIEW w (a, b) AS SELECT x FROM t",
        "error 1:16: the view names 2 columns, its query has 1\n"},
       {"ALTER VIEW v AS SELECT s FROM t; ALTER VIEW v RENAME TO w; DESCRIBE w",
        "OK\nOK\ns | STRING | true | null | null | null\n"},
       {"CREATE OR REPLACE VIEW w AS SELECT 1 AS k; DESCRIBE w",
        "OK\nk | INT | false | null | null | null\n"},
       {"DROP TABLE w",
        "error 1:12: Table with identifier 'default_catalog.default_database.w' does not exist.\n"
        "hint: it is a view: DROP VIEW\n"},
       {"DROP VIEW w; SHOW VIEWS", "OK\n"}});
}

TEST(SessionTest, TheNamesInAViewAreThoseOfItsCreation) {
  Terminal terminal;
  ExpectAnswers(terminal, {{"CREATE TABLE t (x INT) WITH ('connector' = 'datagen')", "OK\n"},
                           {"CREATE VIEW v AS SELECT x FROM t", "OK\n"},
                           {"CREATE DATABASE d", "OK\n"},
                           {"USE d", "OK\n"},
                           {"CREATE TABLE t (x STRING) WITH ('connector' = 'datagen')", "OK\n"},
                           {"DESCRIBE default_database.v", "x | INT | true | null | null | null\n"},
                           {"CREATE VIEW w AS SELECT x FROM default_database.v", "OK\n"},
                           {"DESCRIBE w", "x | INT | true | null | null | null\n"}});
}

// Merged filters and long chains of operators end in one flat plan.
TEST(SessionTest, LongConditionsBecomeJobs) {
  Terminal terminal;
  std::string query = "SELECT x FROM t WHERE x > 0", either = "x = 0", sum = "x";
  for (int i = 1; i < 500; ++i) {
    if (i < 60) query = "SELECT x FROM (" + query + ") WHERE x <> " + std::to_string(i);
    either = "x = " + std::to_string(i) + (i % 3 ? " OR " : " AND ") + either;
    sum += " + " + std::to_string(i);
  }
  terminal.Run("CREATE TABLE t (x INT) WITH ('connector' = 'datagen')");
  for (const std::string& text :
       {query, "SELECT x FROM t WHERE " + either, "SELECT " + sum + " FROM t"}) {
    EXPECT_EQ(terminal.Run(text), "");
    ASSERT_TRUE(terminal.last().job.has_value());
    plan::JobGraph read;
    EXPECT_TRUE(read.ParseFromString(terminal.last().job->SerializeAsString()));
  }
}

TEST(SessionTest, AlterTable) {
  Terminal terminal;
  ExpectAnswers(
      terminal,
      {{"CREATE TABLE r (z INT COMMENT 'q', a INT, c AS a + 1) WITH ('connector'='print', 'n'='2')",
        "OK\n"},
       {"ALTER TABLE r SET ('connector'='blackhole', 'm'='1'); ALTER TABLE r RESET ('n')",
        "OK\nOK\n"},
       {"ALTER TABLE r ADD (y STRING AFTER `a`, w TIMESTAMP(3) METADATA VIRTUAL, "
        "PRIMARY KEY (z) NOT ENFORCED, WATERMARK FOR w AS w)",
        "OK\n"},
       {"SHOW CREATE TABLE r",
        "CREATE TABLE `default_catalog`.`default_database`.`r` (\n"
        "  `z` INT NOT NULL COMMENT 'q',\n"
        "  `a` INT,\n"
        "  `y` VARCHAR(2147483647),\n"
        "  `c` AS `a` + 1,\n"
        "  `w` TIMESTAMP(3) METADATA VIRTUAL,\n"
        "  WATERMARK FOR `w` AS `w`,\n"
        "  CONSTRAINT `PK_z` PRIMARY KEY (`z`) NOT ENFORCED\n"
        ")\n"
        "WITH (\n"
        "  'connector' = 'blackhole',\n"
        "  'm' = '1'\n"
        ")\n\n"},
       {"ALTER TABLE r ADD z INT",
        "error 1:19: Try to add a column `z` which already exists in the table.\n"},
       {"ALTER TABLE r ADD q INT AFTER nope",
        "error 1:31: Referenced column `nope` by 'AFTER' does not exist in the table.\n"},
       {"ALTER TABLE r ADD PRIMARY KEY (a) NOT ENFORCED",
        "error 1:19: The base table has already defined the primary key constraint `PK_z`. You "
        "might want to drop it before adding a new one.\n"},
       {"ALTER TABLE r MODIFY WATERMARK FOR w AS w - INTERVAL '1' SECOND", "OK\n"},
       {"ALTER TABLE r MODIFY y BIGINT FIRST; ALTER TABLE r DROP y", "OK\nOK\n"},
       {"ALTER TABLE r DROP a",
        "error 1:20: The column `a` is referenced by computed column `c`.\n"},
       {"ALTER TABLE r DROP z",
        "error 1:20: The column `z` is used as the primary key.\n"
        "hint: ALTER TABLE ... DROP PRIMARY KEY first\n"},
       {"ALTER TABLE r DROP w",
        "error 1:20: The column `w` is referenced by watermark expression.\n"
        "hint: ALTER TABLE ... DROP WATERMARK first\n"},
       {"ALTER TABLE r DROP nope",
        "error 1:20: The column `nope` does not exist in the base table.\n"},
       {"ALTER TABLE r DROP CONSTRAINT nope",
        "error 1:31: The base table does not define a primary key constraint named 'nope'. "
        "Available constraint name: ['PK_z'].\n"},
       {"ALTER TABLE r RENAME a TO aa",
        "error 1:22: The column `a` is referenced by computed column `c`.\n"},
       {"ALTER TABLE r RENAME z TO zz; ALTER TABLE r RENAME c TO z; SHOW COLUMNS FROM r LIKE 'z%'",
        "OK\nOK\nzz | INT | false | PRI(zz) | null | null | q\n"
        "z | INT | true | null | AS `a` + 1 | null | null\n"},
       {"ALTER TABLE r DROP WATERMARK; ALTER TABLE r DROP PRIMARY KEY; ALTER TABLE r DROP w",
        "OK\nOK\nOK\n"},
       {"ALTER TABLE r DROP WATERMARK",
        "error 1:13: The base table does not define any watermark strategy.\n"},
       {"ALTER TABLE r RENAME TO s; SHOW TABLES", "OK\ns\n"},
       {"ALTER TABLE r RENAME TO x",
        "error 1:13: Table `default_catalog`.`default_database`.`r` doesn't exist or is a "
        "temporary table.\n"},
       {"ALTER TABLE IF EXISTS r RENAME TO x", "OK\n"}});
}

TEST(SessionTest, DatabasesAndCatalogs) {
  Terminal terminal;
  ExpectAnswers(
      terminal,
      {{"SHOW CURRENT CATALOG; SHOW CURRENT DATABASE; SHOW DATABASES",
        "default_catalog\ndefault_database\ndefault_database\n"},
       {"CREATE DATABASE db1; CREATE DATABASE IF NOT EXISTS db1; SHOW DATABASES",
        "OK\nOK\ndb1\ndefault_database\n"},
       {"CREATE DATABASE db1",
        "error 1:17: Database db1 already exists in Catalog default_catalog.\n"},
       {"CREATE TABLE db1.t (x INT); SHOW TABLES; SHOW TABLES FROM db1; USE db1; SHOW TABLES",
        "OK\nt\nOK\nt\n"},
       {"DROP DATABASE db1",
        "error 1:15: Cannot drop a database which is currently in use.\nhint: USE another one "
        "first\n"},
       {"USE default_database; DROP DATABASE db1",
        "OK\nerror 1:37: Database db1 in catalog default_catalog is not empty.\nhint: DROP "
        "DATABASE db1 CASCADE drops its tables too\n"},
       {"DROP DATABASE db1 CASCADE; DROP DATABASE IF EXISTS db1; SHOW DATABASES",
        "OK\nOK\ndefault_database\n"},
       {"USE nope",
        "error 1:5: A database with name [nope] does not exist in the catalog: "
        "[default_catalog].\n"},
       {"CREATE CATALOG c9 WITH ('type'='generic_in_memory'); USE CATALOG c9; SHOW CURRENT "
        "DATABASE; SHOW CATALOGS",
        "OK\nOK\ndefault\nc9\ndefault_catalog\n"},
       {"DROP CATALOG c9",
        "error 1:14: Cannot drop a catalog which is currently in use.\nhint: USE CATALOG another "
        "one first\n"},
       {"USE CATALOG default_catalog; SHOW CURRENT DATABASE; DROP CATALOG c9; SHOW CATALOGS",
        "OK\ndefault_database\nOK\ndefault_catalog\n"},
       {"CREATE CATALOG h WITH ('type'='hive')",
        "error 1:31: the catalog type 'hive' is not supported\nhint: 'generic_in_memory' is the "
        "only one\n"}});
}

TEST(SessionTest, SetAndReset) {
  Terminal terminal({.config = {{"a", "1"}}});
  ExpectAnswers(
      terminal,
      {{"SET 'b' = '2'; SET 'a' = '3'; SET", "a | 3\nb | 2\n"},
       {"RESET 'a'; SET", "a | 1\nb | 2\n"},
       {"RESET; SET", "a | 1\n"},
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

TEST(SessionTest, SchemasOfAnswers) {
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

TEST(SessionTest, ShowFunctionsListsTheRegistries) {
  Terminal terminal;
  const std::string all = terminal.Run("SHOW FUNCTIONS");
  for (const char* name : {"upper\n", "count\n", "sum\n", "to_timestamp\n"}) {
    EXPECT_NE(all.find(name), std::string::npos) << name;
  }
  EXPECT_EQ(all.find("+"), std::string::npos);
  EXPECT_EQ(terminal.Run("SHOW FUNCTIONS LIKE 'upp%'"), "upper\n");
  EXPECT_EQ(terminal.Run("SHOW USER FUNCTIONS"), "");
}

TEST(SessionTest, QueriesBecomeJobs) {
  Terminal terminal({.parallelism = 2});
  terminal.Run("CREATE TABLE g (a INT, b INT) WITH ('connector' = 'datagen')");
  EXPECT_EQ(terminal.Run("SELECT a + b AS c FROM g"), "");
  EXPECT_TRUE(terminal.last().is_query);
  EXPECT_EQ(terminal.last().schema_text, "( `c` INT )");
  ASSERT_TRUE(terminal.last().job.has_value());
  EXPECT_EQ(terminal.last().job->name(), "collect");
  EXPECT_EQ(terminal.last().job->sql(), "SELECT a + b AS c FROM g");
  EXPECT_EQ(terminal.last().job->vertices(0).parallelism(), 2);
  terminal.Run("SET 'parallelism.default' = '3'; SET 'pipeline.name' = 'mine'; SELECT a FROM g");
  EXPECT_EQ(terminal.last().job->name(), "mine");
  EXPECT_EQ(terminal.last().job->vertices(0).parallelism(), 3);
}

TEST(SessionTest, AStatementSetIsOneJobAndReadsItsTableOnce) {
  Terminal terminal;
  terminal.Run(
      "CREATE TABLE g (a INT, b INT) WITH ('connector' = 'datagen');"
      "CREATE TABLE s (a INT) WITH ('connector' = 'blackhole');"
      "CREATE TABLE u (b INT) WITH ('connector' = 'blackhole')");
  EXPECT_EQ(terminal.Run("EXECUTE STATEMENT SET BEGIN INSERT INTO s SELECT a FROM g; "
                         "INSERT INTO u SELECT b FROM g; INSERT INTO s SELECT b FROM g; END"),
            "");
  ASSERT_TRUE(terminal.last().job.has_value());
  EXPECT_EQ(terminal.last().schema_text,
            "( `default_catalog.default_database.s_1` BIGINT, "
            "`default_catalog.default_database.u` BIGINT, "
            "`default_catalog.default_database.s_2` BIGINT )");
  int sources = 0;
  int sinks = 0;
  for (const plan::Vertex& vertex : terminal.last().job->vertices()) {
    for (const plan::OperatorNode& node : vertex.chain()) {
      sources += node.has_source();
      sinks += node.has_sink();
    }
  }
  EXPECT_EQ(sources, 1);
  EXPECT_EQ(sinks, 3);
}

TEST(SessionTest, OfARowOnlyTheFieldsUsedAreRead) {
  Terminal terminal;
  terminal.Run(
      "CREATE TABLE j (u ROW<a INT, b ROW<c INT, d STRING>>, x INT, y AS u.b.c + 1) WITH "
      "('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'json');"
      "CREATE TABLE c (u ROW<a INT, b INT>) WITH "
      "('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv');"
      "CREATE TABLE one_field (a INT) WITH ('connector' = 'blackhole');"
      "CREATE TABLE a_row (b ROW<c INT, d STRING>) WITH ('connector' = 'blackhole')");
  const auto read = [&](const std::string& statement) {
    EXPECT_EQ(terminal.Run(statement), "");
    std::string fields;
    if (!terminal.last().job) return fields;
    for (const plan::Vertex& vertex : terminal.last().job->vertices()) {
      for (const plan::OperatorNode& node : vertex.chain()) {
        if (!node.has_source()) continue;
        for (const plan::Field& field : node.output().fields()) fields += field.name() + " ";
      }
    }
    return fields;
  };
  EXPECT_EQ(read("SELECT u.b.c, u.a + x FROM j WHERE u.a > 0"), "u.a u.b.c x ");
  EXPECT_EQ(read("SELECT y FROM j"), "u.b.c ");
  EXPECT_EQ(read("SELECT u.b, u.b.c FROM j"), "u.b ");
  EXPECT_EQ(read("SELECT u IS NULL, u.a FROM j"), "u ");
  EXPECT_EQ(read("SELECT COUNT(*), MAX(u.a) FROM j GROUP BY u.b.d"), "u.a u.b.d ");
  // A format that reads whole columns only.
  EXPECT_EQ(read("SELECT u.a FROM c"), "u ");
  // Queries that share the read take theirs out of what all need.
  EXPECT_EQ(read("EXECUTE STATEMENT SET BEGIN INSERT INTO one_field SELECT u.b.c FROM j; "
                 "INSERT INTO a_row SELECT u.b FROM j; END"),
            "u.b ");
}

// State must not be lost because another query needs more of the row.
TEST(SessionTest, WhatIsReadOfARowIsNotInTheIdentityOfState) {
  Terminal terminal;
  terminal.Run(
      "CREATE TABLE j (u ROW<a INT, b ROW<c INT, d STRING>>, x INT) WITH "
      "('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'json')");
  const auto identity = [&](const std::string& statement) {
    EXPECT_EQ(terminal.Run(statement), "");
    std::string text;
    if (!terminal.last().job) return text;
    for (const plan::Vertex& vertex : terminal.last().job->vertices()) {
      for (const plan::OperatorNode& node : vertex.chain()) {
        if (node.has_group_aggregate()) text += node.uid() + " | " + node.meaning();
      }
    }
    return text;
  };
  const std::string alone = identity("SELECT COUNT(*) FROM j WHERE u.a > 1 GROUP BY u.b.d");
  EXPECT_NE(alone, "");
  EXPECT_EQ(alone, identity("SELECT COUNT(*), MAX(u IS NULL) FROM (SELECT u, u.a AS a FROM j) "
                            "WHERE a > 1 GROUP BY u.b.d"));
}

TEST(SessionTest, SessionWindows) {
  Terminal terminal;
  terminal.Run(
      "CREATE TABLE t (k STRING, g STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH "
      "('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'json')");
  const auto states = [&](const std::string& statement) {
    EXPECT_EQ(terminal.Run(statement), "");
    std::string text;
    for (const plan::Vertex& vertex : terminal.last().job->vertices()) {
      for (const plan::OperatorNode& node : vertex.chain()) {
        if (!node.meaning().empty()) text += node.uid() + " | " + node.meaning() + "\n";
      }
    }
    return text;
  };
  const std::string sessions =
      " FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) ";
  EXPECT_EQ(states("SELECT COUNT(*)" + sessions + "GROUP BY k, window_start, window_end"),
            "session(k):t | t by k in SESSION(gap=[60000 ms]) of ts\n");
  EXPECT_EQ(states("SELECT COUNT(*) FROM t GROUP BY k, SESSION(ts, INTERVAL '1' MINUTE)"),
            "session(k):t | t by k in SESSION(gap=[60000 ms]) of ts\n");
  // By other columns: the rows of the sessions, grouped like others.
  EXPECT_EQ(states("SELECT COUNT(*)" + sessions + "GROUP BY g, window_start, window_end"),
            "sessions(k):t | t by k in SESSION(gap=[60000 ms]) of ts, rows (k STRING, g STRING, "
            "ts TIMESTAMP(3))\n"
            "group(g,window_start,window_end):t | t by k in SESSION(gap=[60000 ms]) by g, "
            "window_start, window_end\n");
  ExpectAnswers(
      terminal,
      {{"SELECT * FROM SESSION(TABLE t PARTITION BY kk, DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
        "error 1:44: column `kk` not found\nhint: did you mean `k`?\n"},
       {"SELECT * FROM SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '0' MINUTE)",
        "error 1:48: the gap of a session must be positive\n"},
       {"SELECT * FROM SESSION(TABLE t PARTITION BY k, g, DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
        "error 1:15: this is not how SESSION is called\n"
        "hint: SESSION(TABLE t [PARTITION BY (k, ...)], DESCRIPTOR(ts), gap)\n"},
       {"SELECT * FROM TUMBLE(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
        "error 1:43: TUMBLE takes no PARTITION BY: only SESSION does\n"
        "hint: its windows are the same for every key: GROUP BY the key\n"},
       {"SELECT LAST_VALUE(g) FROM t GROUP BY SESSION(ts, INTERVAL '1' MINUTE)",
        "error 1:8: LAST_VALUE does not work in a SESSION window: where two sessions become one, "
        "nobody knows which of their values came first\n"
        "hint: MIN and MAX do: of the time, for example\n"}});
}

TEST(SessionTest, CreateTableAsMakesTheTableAndItsJob) {
  Terminal terminal;
  terminal.Run("CREATE TABLE g (a INT, b INT) WITH ('connector' = 'datagen')");
  EXPECT_EQ(terminal.Run("CREATE TABLE ct WITH ('connector'='blackhole') AS "
                         "SELECT a, 'x' AS y, b AS z FROM g"),
            "");
  EXPECT_TRUE(terminal.last().job.has_value());
  EXPECT_EQ(terminal.last().schema_text, "( `default_catalog.default_database.ct` BIGINT )");
  ExpectAnswers(
      terminal,
      {{"DESCRIBE ct",
        "a | INT | true | null | null | null\n"
        "y | CHAR(1) | false | null | null | null\n"
        "z | INT | true | null | null | null\n"},
       {"CREATE TABLE c2 (z, a) WITH ('connector'='blackhole') AS SELECT a, b AS z FROM g; "
        "SHOW COLUMNS FROM c2",
        "z | INT | true | null | null | null\na | INT | true | null | null | null\n"},
       {"CREATE TABLE c3 (a BIGINT) WITH ('connector'='blackhole') AS SELECT a, b AS z FROM g; "
        "SHOW COLUMNS FROM c3",
        "a | BIGINT | true | null | null | null\nz | INT | true | null | null | null\n"},
       {"CREATE TABLE c4 (PRIMARY KEY (a) NOT ENFORCED) AS SELECT a FROM g",
        "error 1:31: Invalid primary key 'PK_a'. Column 'a' is nullable.\n"}});
  // No table is left behind by a job that cannot be planned.
  EXPECT_NE(terminal.Run("CREATE TABLE c5 WITH ('connector'='no_such') AS SELECT a FROM g"), "");
  EXPECT_EQ(terminal.Run("SHOW TABLES LIKE 'c5'"), "");
}

TEST(SessionTest, MetadataColumnsAreCastBetweenTheDeclaredAndTheConnectorsType) {
  Terminal terminal;
  const std::string with =
      " WITH ('connector' = 'filesystem', 'path' = '/nowhere.json', 'format' = 'json')";
  ExpectAnswers(
      terminal,
      {{("CREATE TABLE t (a INT, s STRING METADATA FROM 'file.size' VIRTUAL, c AS s || 'x')" + with)
            .c_str(),
        "OK\n"},
       {"SELECT c, s, a FROM t", ""}});
  ASSERT_TRUE(terminal.last().job.has_value());
  EXPECT_EQ(terminal.last().schema_text, "( `c` STRING, `s` STRING, `a` INT )");
  const plan::OperatorNode& source = terminal.last().job->vertices(0).chain(0);
  EXPECT_EQ(source.source().table().schema().fields(1).type().kind(),
            static_cast<uint32_t>(TypeKind::kBigInt));
  EXPECT_NE(terminal.Run("EXPLAIN SELECT s FROM t").find("CAST("), std::string::npos);

  terminal.Run("CREATE TABLE n (a INT, m BIGINT METADATA FROM 'file.sizes')" + with);
  EXPECT_EQ(terminal.Run("SELECT m FROM n"),
            "error 1:1: the connector 'filesystem' does not have the metadata key 'file.sizes' in "
            "column `m` of table `n`\nhint: did you mean `file.size`?\n");
  terminal.Run("CREATE TABLE p (a INT, m ARRAY<INT> METADATA FROM 'file.path')" + with);
  EXPECT_EQ(terminal.Run("SELECT m FROM p"),
            "error 1:1: the metadata key 'file.path' in column `m` of table `p` is of type STRING "
            "NOT NULL, which cannot be cast to ARRAY<INT>\n");
  terminal.Run("CREATE TABLE w (a INT, m BIGINT METADATA FROM 'file.size')" + with);
  EXPECT_EQ(terminal.Run("INSERT INTO w SELECT 1, CAST(2 AS BIGINT)"),
            "error 1:1: the connector 'filesystem' cannot write the metadata key 'file.size' in "
            "column `m` of table `w`\nhint: declare the column VIRTUAL when it is not to be "
            "written\n");
}

TEST(SessionTest, ExplainPrintsPlanAndJob) {
  Terminal terminal;
  terminal.Run("CREATE TABLE g (a INT, b INT) WITH ('connector' = 'datagen')");
  const std::string text = terminal.Run("EXPLAIN SELECT a FROM g WHERE b > 1");
  EXPECT_NE(text.find("== Optimized Plan =="), std::string::npos) << text;
  EXPECT_NE(text.find("== Job Graph =="), std::string::npos) << text;
  EXPECT_FALSE(terminal.last().job.has_value());
}

// "Source(...)" and the like, in the plan's order, of the last job.
std::vector<std::string> OperatorNames(const Terminal& terminal) {
  std::vector<std::string> names;
  for (const plan::Vertex& vertex : terminal.last().job->vertices()) {
    for (const plan::OperatorNode& node : vertex.chain()) names.push_back(node.name());
  }
  return names;
}

constexpr char kUpserts[] =
    "CREATE TABLE u (v BIGINT, k STRING, w STRING, PRIMARY KEY (k) NOT ENFORCED) WITH ("
    "'connector' = 'upsert-kafka', 'topic' = 't', 'properties.bootstrap.servers' = "
    "'127.0.0.1:1', 'key.format' = 'json', 'value.format' = 'json');";

TEST(SessionTest, UpsertsAreReadAsAChangelog) {
  Terminal terminal;
  EXPECT_EQ(terminal.Run(std::string(kUpserts) + "SELECT v FROM u"), "OK\n");  // of CREATE
  // The key is read although nobody asks for it, and changes find their subtask by it.
  EXPECT_EQ(OperatorNames(terminal),
            (std::vector<std::string>{"Source(table=[u])", "ChangelogNormalize(key=[k])",
                                      "Calc(select=[v])", "Collect"}));
  const plan::JobGraph& job = *terminal.last().job;
  EXPECT_EQ(job.edges(0).exchange().kind(), plan::Exchange::HASH);
  const plan::ChangelogNormalize& normalize = job.vertices(1).chain(0).changelog_normalize();
  EXPECT_TRUE(normalize.emit_update_before());
  EXPECT_EQ(normalize.keys(0), 1u);
  // By the same key into the same kind of table: no old rows, in the same subtasks.
  EXPECT_EQ(terminal.Run("CREATE TABLE into_u LIKE u; INSERT INTO into_u SELECT * FROM u"), "OK\n");
  EXPECT_FALSE(
      terminal.last().job->vertices(1).chain(0).changelog_normalize().emit_update_before());
}

TEST(SessionTest, ChangesGoOnlyWhereTheyAreTaken) {
  Terminal terminal;
  ASSERT_EQ(terminal.Run(std::string(kUpserts) +
                         "CREATE TABLE appended (v BIGINT) WITH ('connector' = 'kafka', 'topic' = "
                         "'t', 'properties.bootstrap.servers' = '127.0.0.1:1', 'format' = 'json')"),
            "OK\nOK\n");
  const std::string refused = terminal.Run("INSERT INTO appended SELECT v FROM u");
  EXPECT_NE(refused.find("`appended` takes only new rows"), std::string::npos) << refused;
}

TEST(SessionTest, ExactlyOnceNeedsCheckpoints) {
  Terminal terminal;
  const std::string table =
      "CREATE TABLE t (v BIGINT) WITH ('connector' = 'kafka', 'topic' = 't', "
      "'properties.bootstrap.servers' = '127.0.0.1:1', 'format' = 'json', "
      "'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'p');";
  const std::string refused = terminal.Run(table + "INSERT INTO t VALUES (1)");
  EXPECT_NE(refused.find("this job takes none"), std::string::npos) << refused;
  EXPECT_EQ(terminal.Run("SET 'execution.checkpointing.interval' = '10 s';"
                         "INSERT INTO t VALUES (1)"),
            "");
}

TEST(SessionTest, WhatIsOfTheClusterOrNotThereIsRefused) {
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
