#include "sql/session_harness.h"

namespace weir::sql {
namespace {

TEST(SessionTablesTest, CreatesDescribesAndShowsATableAsFlinkDoes) {
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

TEST(SessionTablesTest, TypesAndTimeAttributes) {
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

TEST(SessionTablesTest, CreateTableRefusesWhatMakesNoSense) {
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

TEST(SessionTablesTest, ComputedColumnsReadPhysicalOnesOnly) {
  Terminal terminal;
  EXPECT_EQ(terminal.Run("CREATE TABLE t (a INT, c AS a * 2, w AS UPPER('x'))"), "OK\n");
  const std::string answer = terminal.Run("CREATE TABLE u (a INT, c AS d + 1, d AS a + 1)");
  EXPECT_EQ(answer.substr(0, 12), "error 1:29: ") << answer;
}

TEST(SessionTablesTest, LikeTakesWhatItIsToldTo) {
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

TEST(SessionTablesTest, SecretsAreNotShown) {
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
        "`t` /*+ `OPTIONS`('password' = '******') */\n\n"}});
  EXPECT_EQ(terminal.Run("SET").find("hush"), std::string::npos);
}

TEST(SessionTablesTest, TemporaryTablesHidePermanentOnes) {
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

TEST(SessionTablesTest, Views) {
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

TEST(SessionTablesTest, TheNamesInAViewAreThoseOfItsCreation) {
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

TEST(SessionTablesTest, AlterTable) {
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

TEST(SessionTablesTest, DatabasesAndCatalogs) {
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

}  // namespace
}  // namespace weir::sql
