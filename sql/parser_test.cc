#include "sql/parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "sql/unparse.h"

namespace weir::sql {
namespace {

struct Case {
  const char* text;
  const char* normal;  // what it is written as again; null: the same
};

// The text becomes the normal form, and the normal form becomes itself.
template <class Parse>
void ExpectNormalForms(const std::vector<Case>& cases, Parse parse) {
  for (const Case& one : cases) {
    SCOPED_TRACE(one.text);
    const std::string expected = one.normal == nullptr ? one.text : one.normal;
    auto first = parse(one.text);
    ASSERT_TRUE(first.ok()) << RenderError(first.error(), one.text, "text");
    const std::string normal = Unparse(**first);
    EXPECT_EQ(normal, expected);
    auto again = parse(normal);
    ASSERT_TRUE(again.ok()) << RenderError(again.error(), normal, "normal form");
    EXPECT_EQ(Unparse(**again), normal);
  }
}

// So that all the parse functions give something to dereference.
auto Boxed(auto result) -> SqlResult<std::shared_ptr<typename decltype(result)::value_type>> {
  if (!result.ok()) return std::move(result).status();
  return std::make_shared<typename decltype(result)::value_type>(*std::move(result));
}

void ExpectExpressions(const std::vector<Case>& cases) {
  ExpectNormalForms(cases, [](std::string_view text) { return ParseExpression(text); });
}
void ExpectQueries(const std::vector<Case>& cases) {
  ExpectNormalForms(cases, [](std::string_view text) { return ParseQuery(text); });
}
void ExpectStatements(const std::vector<Case>& cases) {
  ExpectNormalForms(cases, [](std::string_view text) { return Boxed(ParseStatement(text)); });
}
void ExpectTypes(const std::vector<Case>& cases) {
  ExpectNormalForms(cases, [](std::string_view text) { return Boxed(ParseType(text)); });
}

TEST(ParserTest, Literals) {
  ExpectExpressions({
      {"1", nullptr},
      {"1.0", nullptr},
      {"1.", nullptr},
      {".5", nullptr},
      {"1e0", nullptr},
      {"1E-3", nullptr},
      {"'it''s'", nullptr},
      {"'a' -- joined over lines\n 'b'", "'ab'"},
      {"U&'\\00e9\\+01F600\\\\'", "'\xC3\xA9\xF0\x9F\x98\x80\\'"},
      {"N'x'", "'x'"},
      {"_UTF8'x'", "'x'"},
      {"x'1fA0'", "X'1fA0'"},
      {"null", "NULL"},
      {"True", "TRUE"},
      {"UNKNOWN", nullptr},
      {"DATE '2024-01-31'", nullptr},
      {"time '10:00:00.123'", "TIME '10:00:00.123'"},
      {"TIMESTAMP '2024-01-31 10:00:00'", nullptr},
      {"TIMESTAMP WITHOUT TIME ZONE '2024-01-31 10:00:00'", "TIMESTAMP '2024-01-31 10:00:00'"},
      {"INTERVAL '1' DAY", nullptr},
      {"INTERVAL 10 minutes", "INTERVAL '10' MINUTE"},
      {"INTERVAL -'1-2' YEAR TO MONTH", nullptr},
      {"INTERVAL '1 02:03:04.5' DAY(3) TO SECOND(3)", nullptr},
      {"INTERVAL '1.5' SECOND(2, 3)", nullptr},
  });
}

TEST(ParserTest, OperatorsBindAsInFlink) {
  ExpectExpressions({
      {"a + b * c", "`a` + `b` * `c`"},
      {"(a + b) * c", "(`a` + `b`) * `c`"},
      {"a - (b - c)", "`a` - (`b` - `c`)"},
      {"(a - b) - c", "`a` - `b` - `c`"},
      {"a + b || c", "`a` + `b` || `c`"},
      {"(a + b) || c", "(`a` + `b`) || `c`"},
      {"a || b + c", "`a` || `b` + `c`"},
      {"a % b / c", "`a` % `b` / `c`"},
      {"-a * b", "-`a` * `b`"},
      {"-(a * b)", "-(`a` * `b`)"},
      {"- - a", "- -`a`"},
      {"a - -1", "`a` - -1"},
      {"not a = b and c or d", "NOT `a` = `b` AND `c` OR `d`"},
      {"NOT (a AND b)", "NOT (`a` AND `b`)"},
      {"a OR b AND c OR d", "`a` OR `b` AND `c` OR `d`"},
      {"(a OR b) AND c", "(`a` OR `b`) AND `c`"},
      {"a AND (b AND c)", "`a` AND (`b` AND `c`)"},
      {"a = b IS NULL", "`a` = `b` IS NULL"},
      {"a = (b IS NULL)", "`a` = (`b` IS NULL)"},
      {"NOT a IS NULL", "NOT `a` IS NULL"},
      {"(NOT a) IS NULL", "(NOT `a`) IS NULL"},
      {"a != b", "`a` <> `b`"},
      {"a < b = c", "`a` < `b` = `c`"},
      {"a < (b = c)", "`a` < (`b` = `c`)"},
      {"a IS NOT DISTINCT FROM b + 1", "`a` IS NOT DISTINCT FROM `b` + 1"},
      {"a between 1 and 2 and b", "`a` BETWEEN 1 AND 2 AND `b`"},
      {"a NOT BETWEEN SYMMETRIC b + 1 AND c", "`a` NOT BETWEEN SYMMETRIC `b` + 1 AND `c`"},
      {"a between asymmetric 1 and 2", "`a` BETWEEN 1 AND 2"},
      {"a in (1, 2, b)", "`a` IN (1, 2, `b`)"},
      {"(a, b) NOT IN ((1, 2), (3, 4))", "(`a`, `b`) NOT IN ((1, 2), (3, 4))"},
      {"a like 'x%' escape '!'", "`a` LIKE 'x%' ESCAPE '!'"},
      {"a NOT SIMILAR TO b || 'x'", "`a` NOT SIMILAR TO `b` || 'x'"},
      {"a = b LIKE c", "`a` = `b` LIKE `c`"},
      {"a IS NOT TRUE", "`a` IS NOT TRUE"},
      {"a IS JSON", "`a` IS JSON"},
      {"a IS NOT JSON OBJECT", "`a` IS NOT JSON OBJECT"},
      {"(a, b) OVERLAPS (c, INTERVAL '1' DAY)", "(`a`, `b`) OVERLAPS (`c`, INTERVAL '1' DAY)"},
      {"a = ANY (1, 2)", "`a` = ANY (1, 2)"},
      {"a <> ALL (SELECT 1)", "`a` <> ALL (SELECT 1)"},
      {"a = SOME (SELECT 1)", "`a` = ANY (SELECT 1)"},
  });
}

TEST(ParserTest, NamesAndNestedValues) {
  ExpectExpressions({
      {"t.a.b", "`t`.`a`.`b`"},
      {"`select`.`a``b`", "`select`.`a``b`"},
      {"timeStamps", "`timeStamps`"},
      {"arr[1]", "`arr`[1]"},
      {"m['k'].f[i + 1]", "`m`['k'].`f`[`i` + 1]"},
      {"(a).b", "(`a`).`b`"},
      {"ROW(1, 'a')", nullptr},
      {"(1, 'a')", nullptr},
      {"ROW()", nullptr},
      {"ARRAY[1, 2][1]", nullptr},
      {"ARRAY[]", nullptr},
      {"map['a', 1]", "MAP['a', 1]"},
      {"ARRAY(SELECT 1)", nullptr},
      {"f(x).y", "f(`x`).`y`"},
      {"map(1)", "map(1)"},
  });
}

TEST(ParserTest, FunctionsWithSyntaxOfTheirOwn) {
  ExpectExpressions({
      {"CAST(a AS ROW<x INT NOT NULL>)", "CAST(`a` AS ROW<`x` INT NOT NULL>)"},
      {"try_cast('1' as decimal(5, 2))", "TRY_CAST('1' AS DECIMAL(5, 2))"},
      {"EXTRACT(year FROM ts)", "EXTRACT(YEAR FROM `ts`)"},
      {"TRIM(x)", "TRIM(`x`)"},
      {"TRIM(BOTH 'a' FROM x)", "TRIM(BOTH 'a' FROM `x`)"},
      {"TRIM('a' FROM x)", "TRIM(BOTH 'a' FROM `x`)"},
      {"TRIM(LEADING FROM x)", "TRIM(LEADING FROM `x`)"},
      {"SUBSTRING(x FROM 2 FOR 3)", "SUBSTRING(`x`, 2, 3)"},
      {"SUBSTRING(x, 2)", "SUBSTRING(`x`, 2)"},
      {"POSITION('a' IN x)", "POSITION('a' IN `x`)"},
      {"POSITION('a' IN x FROM 2)", "POSITION('a' IN `x` FROM 2)"},
      {"OVERLAY(x PLACING 'y' FROM 1 FOR 2)", "OVERLAY(`x` PLACING 'y' FROM 1 FOR 2)"},
      {"FLOOR(ts TO HOUR)", "FLOOR(`ts` TO HOUR)"},
      {"CEILING(x)", "CEIL(`x`)"},
      {"TIMESTAMPADD(SQL_TSI_DAY, 1, ts)", "TIMESTAMPADD(DAY, 1, `ts`)"},
      {"TIMESTAMPDIFF(MINUTE, a, b)", "TIMESTAMPDIFF(MINUTE, `a`, `b`)"},
      {"CASE WHEN a THEN 1 ELSE 2 END", "CASE WHEN `a` THEN 1 ELSE 2 END"},
      {"CASE a WHEN 1, 2 THEN 'x' END", "CASE `a` WHEN 1, 2 THEN 'x' END"},
      {"current_timestamp", "current_timestamp"},
      {"YEAR(ts)", "YEAR(`ts`)"},
      {"LEFT(s, 2) || RIGHT(s, 1)", "LEFT(`s`, 2) || RIGHT(`s`, 1)"},
      {"EXISTS (SELECT 1)", nullptr},
      {"(SELECT 1)", nullptr},
      {"((SELECT 1) + 1)", "(SELECT 1) + 1"},
      {"((SELECT 1) UNION ALL (SELECT 2))", "((SELECT 1) UNION ALL (SELECT 2))"},
  });
}

TEST(ParserTest, JsonFunctions) {
  ExpectExpressions({
      {"JSON_VALUE(j, '$.a' RETURNING INT NULL ON EMPTY DEFAULT -1 ON ERROR)",
       "JSON_VALUE(`j`, '$.a' RETURNING INT NULL ON EMPTY DEFAULT -1 ON ERROR)"},
      {"JSON_VALUE(j, '$.a' ERROR ON ERROR)", "JSON_VALUE(`j`, '$.a' ERROR ON ERROR)"},
      {"JSON_QUERY(j, '$' WITH WRAPPER EMPTY ARRAY ON EMPTY)",
       "JSON_QUERY(`j`, '$' WITH UNCONDITIONAL ARRAY WRAPPER EMPTY ARRAY ON EMPTY)"},
      {"JSON_QUERY(j, '$' WITHOUT ARRAY WRAPPER)", "JSON_QUERY(`j`, '$' WITHOUT ARRAY WRAPPER)"},
      {"JSON_EXISTS(j, '$.a' TRUE ON ERROR)", "JSON_EXISTS(`j`, '$.a' TRUE ON ERROR)"},
      {"JSON_OBJECT('a': 1, KEY 'b' VALUE x, 'c' VALUE 2 ABSENT ON NULL)",
       "JSON_OBJECT(KEY 'a' VALUE 1, KEY 'b' VALUE `x`, KEY 'c' VALUE 2 ABSENT ON NULL)"},
      {"JSON_OBJECT()", nullptr},
      {"JSON_ARRAY(1, a NULL ON NULL)", "JSON_ARRAY(1, `a` NULL ON NULL)"},
      {"JSON_ARRAY()", nullptr},
      {"JSON_OBJECTAGG(KEY k VALUE v) FILTER (WHERE v > 0)",
       "JSON_OBJECTAGG(KEY `k` VALUE `v`) FILTER (WHERE `v` > 0)"},
      {"JSON_ARRAYAGG(x ABSENT ON NULL)", "JSON_ARRAYAGG(`x` ABSENT ON NULL)"},
  });
}

TEST(ParserTest, AggregatesAndWindows) {
  ExpectExpressions({
      {"COUNT(*)", nullptr},
      {"COUNT(DISTINCT a)", "COUNT(DISTINCT `a`)"},
      {"SUM(ALL a)", "SUM(`a`)"},
      {"SUM(a) FILTER (WHERE a > 1)", "SUM(`a`) FILTER (WHERE `a` > 1)"},
      {"LISTAGG(a, ',') WITHIN GROUP (ORDER BY b DESC NULLS LAST)",
       "LISTAGG(`a`, ',') WITHIN GROUP (ORDER BY `b` DESC NULLS LAST)"},
      {"ARRAY_AGG(a ORDER BY b)", "ARRAY_AGG(`a` ORDER BY `b`)"},
      {"LAG(a, 1) IGNORE NULLS OVER (ORDER BY ts)",
       "LAG(`a`, 1) IGNORE NULLS OVER (ORDER BY `ts`)"},
      {"ROW_NUMBER() OVER (PARTITION BY a, b ORDER BY c DESC)",
       "ROW_NUMBER() OVER (PARTITION BY `a`, `b` ORDER BY `c` DESC)"},
      {"SUM(a) OVER w", "SUM(`a`) OVER `w`"},
      {"SUM(a) OVER (w ROWS 2 PRECEDING)", "SUM(`a`) OVER (`w` ROWS 2 PRECEDING)"},
      {"SUM(a) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)",
       "SUM(`a`) OVER (ORDER BY `ts` RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)"},
      {"SUM(a) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
       "SUM(`a`) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"},
      {"FINAL LAST(a.x)", "FINAL LAST(`a`.`x`)"},
  });
}

TEST(ParserTest, Types) {
  ExpectTypes({
      {"int", "INT"},
      {"INTEGER NOT NULL", "INT NOT NULL"},
      {"DEC(5)", "DECIMAL(5)"},
      {"NUMERIC(5, 2)", "DECIMAL(5, 2)"},
      {"DOUBLE PRECISION", "DOUBLE"},
      {"CHARACTER VARYING(5)", "VARCHAR(5)"},
      {"STRING NULL", nullptr},
      {"BINARY VARYING(3)", "VARBINARY(3)"},
      {"TIME(3) WITHOUT TIME ZONE", "TIME(3)"},
      {"TIMESTAMP(3) WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(3)"},
      {"TIMESTAMP_LTZ", nullptr},
      {"TIMESTAMP WITH TIME ZONE", nullptr},
      {"INTERVAL YEAR(4) TO MONTH", nullptr},
      {"INTERVAL DAY TO SECOND(3)", nullptr},
      {"ARRAY<INT NOT NULL>", nullptr},
      {"INT ARRAY NOT NULL MULTISET", "MULTISET<ARRAY<INT> NOT NULL>"},
      {"MAP<STRING, ROW<a INT, b ROW(c STRING 'note')>>",
       "MAP<STRING, ROW<`a` INT, `b` ROW<`c` STRING 'note'>>>"},
      {"ROW<>", nullptr},
      {"STRUCTURED<'a.B', x INT>", "STRUCTURED<'a.B', `x` INT>"},
      {"RAW('a.B', 'x=')", nullptr},
      {"VARIANT", nullptr},
      {"my_type", "`my_type`"},
  });
}

TEST(ParserTest, Queries) {
  ExpectQueries({
      {"select distinct a x, t.*, * from t", "SELECT DISTINCT `a` AS `x`, `t`.*, * FROM `t`"},
      {"SELECT a FROM t WHERE b GROUP BY a, c HAVING COUNT(*) > 1",
       "SELECT `a` FROM `t` WHERE `b` GROUP BY `a`, `c` HAVING COUNT(*) > 1"},
      {"SELECT 1 FROM t GROUP BY ()", "SELECT 1 FROM `t` GROUP BY ()"},
      {"SELECT 1 FROM t GROUP BY GROUPING SETS ((a, b), a, ()), ROLLUP (a, (b, c)), CUBE (a)",
       "SELECT 1 FROM `t` GROUP BY GROUPING SETS ((`a`, `b`), `a`, ()), "
       "ROLLUP (`a`, (`b`, `c`)), CUBE (`a`)"},
      {"SELECT a FROM t ORDER BY a DESC, b NULLS FIRST LIMIT 3 OFFSET 1",
       "SELECT `a` FROM `t` ORDER BY `a` DESC, `b` NULLS FIRST LIMIT 3 OFFSET 1"},
      {"SELECT a FROM t OFFSET 2 ROWS FETCH NEXT 1 ROW ONLY",
       "SELECT `a` FROM `t` LIMIT 1 OFFSET 2"},
      {"SELECT a FROM t LIMIT ALL", "SELECT `a` FROM `t`"},
      {"WITH x (a) AS (SELECT 1), y AS (SELECT 2) SELECT * FROM x, y",
       "WITH `x` (`a`) AS (SELECT 1), `y` AS (SELECT 2) SELECT * FROM `x`, `y`"},
      {"VALUES (1, 'a'), (2, 'b')", nullptr},
      {"VALUES 1, 2", nullptr},
      {"TABLE t", "TABLE `t`"},
      {"SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT ALL SELECT 4", nullptr},
      {"(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3", nullptr},
      {"SELECT 1 UNION ALL (SELECT 2 UNION ALL SELECT 3)", nullptr},
      {"(SELECT 1 LIMIT 1) UNION ALL SELECT 2 LIMIT 3", nullptr},
      {"SELECT a FROM t WINDOW w AS (PARTITION BY a), v AS (w ORDER BY ts)",
       "SELECT `a` FROM `t` WINDOW `w` AS (PARTITION BY `a`), `v` AS (`w` ORDER BY `ts`)"},
      {"SELECT a FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY a) = 1",
       "SELECT `a` FROM `t` QUALIFY ROW_NUMBER() OVER (ORDER BY `a`) = 1"},
      {"SELECT /*+ LOOKUP('table'='t', 'retry'='1'), BROADCAST(t, u), STATE_TTL('t'='1d') */ a "
       "FROM t",
       "SELECT /*+ `LOOKUP`('table' = 't', 'retry' = '1'), `BROADCAST`('t', 'u'), "
       "`STATE_TTL`('t' = '1d') */ `a` FROM `t`"},
  });
}

TEST(ParserTest, Tables) {
  ExpectQueries({
      {"SELECT * FROM c.d.t /*+ OPTIONS('a'='b') */ AS u (x, y)",
       "SELECT * FROM `c`.`d`.`t` /*+ `OPTIONS`('a' = 'b') */ AS `u` (`x`, `y`)"},
      {"SELECT * FROM (SELECT 1) t", "SELECT * FROM (SELECT 1) AS `t`"},
      {"SELECT * FROM (VALUES (1)) AS t(a)", "SELECT * FROM (VALUES 1) AS `t` (`a`)"},
      {"SELECT * FROM a INNER JOIN b ON a.x = b.x LEFT OUTER JOIN c USING (x, y)",
       "SELECT * FROM `a` JOIN `b` ON `a`.`x` = `b`.`x` LEFT JOIN `c` USING (`x`, `y`)"},
      {"SELECT * FROM a NATURAL FULL JOIN b, c CROSS JOIN d",
       "SELECT * FROM `a` NATURAL FULL JOIN `b`, `c` CROSS JOIN `d`"},
      {"SELECT * FROM a JOIN (b RIGHT JOIN c ON TRUE) ON TRUE",
       "SELECT * FROM `a` JOIN (`b` RIGHT JOIN `c` ON TRUE) ON TRUE"},
      {"SELECT * FROM ((SELECT 1) AS x JOIN y ON TRUE)",
       "SELECT * FROM (SELECT 1) AS `x` JOIN `y` ON TRUE"},
      {"SELECT * FROM (a, b) JOIN c ON TRUE", "SELECT * FROM (`a`, `b`) JOIN `c` ON TRUE"},
      {"SELECT * FROM o JOIN r FOR SYSTEM_TIME AS OF o.ts AS r2 ON o.k = r2.k",
       "SELECT * FROM `o` JOIN `r` FOR SYSTEM_TIME AS OF `o`.`ts` AS `r2` ON `o`.`k` = `r2`.`k`"},
      {"SELECT * FROM t CROSS JOIN UNNEST(t.arr) WITH ORDINALITY AS u (v, n)",
       "SELECT * FROM `t` CROSS JOIN UNNEST(`t`.`arr`) WITH ORDINALITY AS `u` (`v`, `n`)"},
      {"SELECT * FROM t, LATERAL TABLE(f(t.a)) AS g(x)",
       "SELECT * FROM `t`, LATERAL TABLE(f(`t`.`a`)) AS `g` (`x`)"},
      {"SELECT * FROM t, LATERAL (SELECT t.a) u",
       "SELECT * FROM `t`, LATERAL (SELECT `t`.`a`) AS `u`"},
      {"SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))",
       "SELECT * FROM TABLE(TUMBLE(TABLE `t`, DESCRIPTOR(`ts`), INTERVAL '1' MINUTE))"},
      {"SELECT * FROM HOP(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '1' "
       "MINUTE, "
       "SIZE => INTERVAL '5' MINUTES)",
       "SELECT * FROM HOP(`DATA` => TABLE `t`, `TIMECOL` => DESCRIPTOR(`ts`), "
       "`SLIDE` => INTERVAL '1' MINUTE, `SIZE` => INTERVAL '5' MINUTE)"},
      {"SELECT * FROM SESSION(TABLE t PARTITION BY (a, b), DESCRIPTOR(ts), INTERVAL '1' HOUR)",
       "SELECT * FROM SESSION(TABLE `t` PARTITION BY (`a`, `b`), DESCRIPTOR(`ts`), "
       "INTERVAL '1' HOUR)"},
      {"SELECT * FROM SESSION((SELECT * FROM t) PARTITION BY a, DESCRIPTOR(ts), INTERVAL '1' HOUR)",
       "SELECT * FROM SESSION(TABLE (SELECT * FROM `t`) PARTITION BY (`a`), DESCRIPTOR(`ts`), "
       "INTERVAL '1' HOUR)"},
      {"SELECT * FROM TABLE(TUMBLE((SELECT * FROM t), DESCRIPTOR(ts), INTERVAL '1' DAY)) x",
       "SELECT * FROM TABLE(TUMBLE((SELECT * FROM `t`), DESCRIPTOR(`ts`), INTERVAL '1' DAY)) "
       "AS `x`"},
  });
}

TEST(ParserTest, MatchRecognize) {
  ExpectQueries({
      {"SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY s ORDER BY ts MEASURES FIRST(A.p) AS f, "
       "FINAL LAST(B.p) AS l ONE ROW PER MATCH AFTER MATCH SKIP TO LAST B "
       "PATTERN (A B+? C{2,3} (D | E)* F{4} G{,5} H?) WITHIN INTERVAL '1' HOUR "
       "SUBSET U = (A, B) DEFINE A AS A.p > 1, B AS B.p > LAST(A.p, 1)) AS m",
       "SELECT * FROM `t` MATCH_RECOGNIZE (PARTITION BY `s` ORDER BY `ts` MEASURES "
       "FIRST(`A`.`p`) AS `f`, FINAL LAST(`B`.`p`) AS `l` ONE ROW PER MATCH AFTER MATCH SKIP TO "
       "LAST `B` PATTERN (`A` `B`{1,}? `C`{2,3} (`D` | `E`){0,} `F`{4,4} `G`{0,5} `H`{0,1}) "
       "WITHIN INTERVAL '1' HOUR SUBSET `U` = (`A`, `B`) DEFINE `A` AS `A`.`p` > 1, "
       "`B` AS `B`.`p` > LAST(`A`.`p`, 1)) AS `m`"},
      {"SELECT * FROM t MATCH_RECOGNIZE (ORDER BY ts ALL ROWS PER MATCH AFTER MATCH SKIP PAST LAST "
       "ROW PATTERN (^ PERMUTE(A, B) {- C -} $) DEFINE A AS TRUE)",
       "SELECT * FROM `t` MATCH_RECOGNIZE (ORDER BY `ts` ALL ROWS PER MATCH AFTER MATCH SKIP PAST "
       "LAST ROW PATTERN (^ PERMUTE(`A`, `B`) {- `C` -} $) DEFINE `A` AS TRUE)"},
  });
}

TEST(ParserTest, CreateTable) {
  ExpectStatements({
      {"CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED COMMENT 'k', b STRING, c AS a + 1, "
       "d TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL, WATERMARK FOR d AS d - INTERVAL '5' "
       "SECOND) COMMENT 'x' PARTITIONED BY (b) WITH ('connector' = 'kafka', 'a' = 'it''s')",
       "CREATE TABLE `t` (`a` INT PRIMARY KEY NOT ENFORCED COMMENT 'k', `b` STRING, "
       "`c` AS `a` + 1, `d` TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL, "
       "WATERMARK FOR `d` AS `d` - INTERVAL '5' SECOND) COMMENT 'x' PARTITIONED BY (`b`) "
       "WITH ('connector' = 'kafka', 'a' = 'it''s')"},
      {"create or replace temporary table if not exists a.b (x int, constraint k primary key (x) "
       "not enforced)",
       "CREATE OR REPLACE TEMPORARY TABLE IF NOT EXISTS `a`.`b` (`x` INT, "
       "CONSTRAINT `k` PRIMARY KEY (`x`) NOT ENFORCED)"},
      {"CREATE TABLE t (ts TIMESTAMP(3)) WITH ('connector' = 'print')",
       "CREATE TABLE `t` (`ts` TIMESTAMP(3)) WITH ('connector' = 'print')"},
      {"CREATE TABLE t (a INT) DISTRIBUTED BY HASH(a) INTO 4 BUCKETS",
       "CREATE TABLE `t` (`a` INT) DISTRIBUTED BY HASH(`a`) INTO 4 BUCKETS"},
      {"CREATE TABLE t WITH ('a' = 'b') LIKE u (EXCLUDING ALL INCLUDING WATERMARKS)",
       "CREATE TABLE `t` WITH ('a' = 'b') LIKE `u` (EXCLUDING ALL INCLUDING WATERMARKS)"},
      {"CREATE TABLE t (a, b) AS SELECT 1, 2", "CREATE TABLE `t` (`a`, `b`) AS SELECT 1, 2"},
  });
}

TEST(ParserTest, OtherStatements) {
  ExpectStatements({
      {"CREATE TEMPORARY VIEW v (a) COMMENT 'x' AS SELECT 1",
       "CREATE TEMPORARY VIEW `v` (`a`) COMMENT 'x' AS SELECT 1"},
      {"CREATE TEMPORARY SYSTEM FUNCTION f AS 'a.B' LANGUAGE JAVA USING JAR 'x', JAR 'y'",
       "CREATE TEMPORARY SYSTEM FUNCTION `f` AS 'a.B' LANGUAGE JAVA USING JAR 'x', JAR 'y'"},
      {"CREATE CATALOG c WITH ('type' = 'generic_in_memory')",
       "CREATE CATALOG `c` WITH ('type' = 'generic_in_memory')"},
      {"CREATE DATABASE IF NOT EXISTS c.d COMMENT 'x'",
       "CREATE DATABASE IF NOT EXISTS `c`.`d` COMMENT 'x'"},
      {"USE CATALOG c", "USE CATALOG `c`"},
      {"USE c.d", "USE `c`.`d`"},
      {"USE MODULES core", "USE MODULES `core`"},
      {"DROP TEMPORARY TABLE IF EXISTS t", "DROP TEMPORARY TABLE IF EXISTS `t`"},
      {"DROP DATABASE d CASCADE", "DROP DATABASE `d` CASCADE"},
      {"ALTER TABLE t ADD (a INT FIRST, b AS a + 1 AFTER c, WATERMARK FOR d AS d)",
       "ALTER TABLE `t` ADD (`a` INT FIRST, `b` AS `a` + 1 AFTER `c`, WATERMARK FOR `d` AS `d`)"},
      {"ALTER TABLE t MODIFY a BIGINT", "ALTER TABLE `t` MODIFY (`a` BIGINT)"},
      {"ALTER TABLE t DROP a", "ALTER TABLE `t` DROP (`a`)"},
      {"ALTER TABLE t DROP PRIMARY KEY", "ALTER TABLE `t` DROP PRIMARY KEY"},
      {"ALTER TABLE t DROP CONSTRAINT k", "ALTER TABLE `t` DROP CONSTRAINT `k`"},
      {"ALTER TABLE t DROP WATERMARK", "ALTER TABLE `t` DROP WATERMARK"},
      {"ALTER TABLE t RENAME a TO b", "ALTER TABLE `t` RENAME `a` TO `b`"},
      {"ALTER TABLE IF EXISTS t RENAME TO u", "ALTER TABLE IF EXISTS `t` RENAME TO `u`"},
      {"ALTER TABLE t SET ('a' = 'b')", "ALTER TABLE `t` SET ('a' = 'b')"},
      {"ALTER TABLE t RESET ('a', 'b')", "ALTER TABLE `t` RESET ('a', 'b')"},
      {"ALTER VIEW v AS SELECT 1", "ALTER VIEW `v` AS SELECT 1"},
      {"ALTER DATABASE d SET ('a' = 'b')", "ALTER DATABASE `d` SET ('a' = 'b')"},
      {"SHOW TABLES IN d NOT LIKE 'a%'", "SHOW TABLES FROM `d` NOT LIKE 'a%'"},
      {"SHOW USER FUNCTIONS", nullptr},
      {"SHOW COLUMNS FROM t ILIKE 'a'", "SHOW COLUMNS FROM `t` ILIKE 'a'"},
      {"SHOW CREATE TABLE a.b", "SHOW CREATE TABLE `a`.`b`"},
      {"SHOW CURRENT DATABASE", nullptr},
      {"DESC t", "DESCRIBE `t`"},
      {"DESCRIBE JOB 'x'", nullptr},
      {"INSERT INTO t /*+ OPTIONS('a'='b') */ (a, b) VALUES (1, 2)",
       "INSERT INTO `t` /*+ `OPTIONS`('a' = 'b') */ (`a`, `b`) VALUES (1, 2)"},
      {"INSERT INTO t (SELECT 1)", "INSERT INTO `t` (SELECT 1)"},
      {"INSERT OVERWRITE t PARTITION (a = 1) SELECT 2",
       "INSERT OVERWRITE `t` PARTITION (`a` = 1) SELECT 2"},
      {"EXECUTE INSERT INTO t SELECT 1", "INSERT INTO `t` SELECT 1"},
      {"EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; INSERT INTO u SELECT 2; END",
       "EXECUTE STATEMENT SET BEGIN INSERT INTO `t` SELECT 1; INSERT INTO `u` SELECT 2; END"},
      {"BEGIN STATEMENT SET; INSERT INTO t SELECT 1; END;",
       "EXECUTE STATEMENT SET BEGIN INSERT INTO `t` SELECT 1; END"},
      {"EXPLAIN ESTIMATED_COST, CHANGELOG_MODE SELECT 1", nullptr},
      {"EXPLAIN PLAN FOR INSERT INTO t SELECT 1", "EXPLAIN INSERT INTO `t` SELECT 1"},
      {"SET 'a' = 'b'", nullptr},
      {"SET", nullptr},
      {"RESET 'a'", nullptr},
      {"STOP JOB 'x' WITH DRAIN WITH SAVEPOINT", "STOP JOB 'x' WITH SAVEPOINT WITH DRAIN"},
  });
}

TEST(ParserTest, ScriptIsCutAtSemicolonsOnly) {
  const std::string script =
      "-- the first; comment\n"
      "SET 'a' = 'b;c';;\n"
      "/* another; */ BEGIN STATEMENT SET; INSERT INTO t SELECT 1; INSERT INTO t SELECT 2; END;\n"
      "SELECT `a;b` FROM t  -- no semicolon at the end\n";
  const std::vector<std::string> expected = {
      "SET 'a' = 'b;c'", "BEGIN STATEMENT SET; INSERT INTO t SELECT 1; INSERT INTO t SELECT 2; END",
      "SELECT `a;b` FROM t"};
  auto parsed = ParseScript(script);
  ASSERT_TRUE(parsed.ok()) << RenderError(parsed.error(), script, "script");
  const std::vector<SourceSpan> split = SplitScript(script);
  ASSERT_EQ(parsed->size(), expected.size());
  ASSERT_EQ(split.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const SourceSpan& span = (*parsed)[i].span;
    EXPECT_EQ(script.substr(span.offset, span.length), expected[i]);
    EXPECT_EQ(split[i], span);
    EXPECT_TRUE(ParseStatementAt(script, split[i]).ok());
  }
}

TEST(ParserTest, StatementsRunAlthoughALaterOneIsBroken) {
  const std::string script = "SELECT 1;\nSELEC 2;\n  SELECT 'open;\nSELECT 3;";
  const std::vector<SourceSpan> split = SplitScript(script);
  ASSERT_EQ(split.size(), 3u);
  EXPECT_TRUE(ParseStatementAt(script, split[0]).ok());
  auto second = ParseStatementAt(script, split[1]);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().span.line, 2u);
  auto third = ParseStatementAt(script, split[2]);
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().message, "this string is never closed");
  EXPECT_EQ(third.error().span.line, 3u);
  EXPECT_EQ(third.error().span.column, 10u);
}

TEST(ParserTest, SpansSayWhereThingsStand) {
  const std::string text = "SELECT a,\n  b + 1 AS c FROM t";
  auto query = ParseQuery(text);
  ASSERT_TRUE(query.ok());
  const auto& select = std::get<ast::Select>((*query)->body);
  const SourceSpan& span = select.items[1].expr->span;
  EXPECT_EQ(text.substr(span.offset, span.length), "b + 1");
  EXPECT_EQ(span.line, 2u);
  EXPECT_EQ(span.column, 3u);
  EXPECT_EQ(text.substr(select.from->span.offset, select.from->span.length), "t");
}

TEST(ParserTest, LongChainsOfConditionsAreFlat) {
  std::string text = "a = 0";
  for (int i = 1; i < 20000; ++i) text += " OR a = " + std::to_string(i);
  auto expr = ParseExpression(text);
  ASSERT_TRUE(expr.ok()) << expr.error().message;
  EXPECT_EQ(std::get<ast::Logical>((*expr)->node).operands.size(), 20000u);
}

TEST(ParserTest, ALongScriptParsesInUnderAMillisecond) {
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text +=
        "INSERT INTO sink\n"
        "SELECT window_start, user_id, COUNT(*) AS n, SUM(price * (1 - discount)) AS total\n"
        "FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' MINUTE))\n"
        "WHERE kind = 'sale' AND price BETWEEN 10 AND 1000 AND country IN ('DE', 'FR')\n"
        "GROUP BY window_start, window_end, user_id;\n";
  }
  double best_ms = 1e9;
  for (int round = 0; round < 5; ++round) {
    const std::clock_t start = std::clock();  // of the processor: the machine may be busy
    ASSERT_TRUE(ParseScript(text).ok());
    best_ms =
        std::min(best_ms, 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  // Forty times what it takes, for the sanitizers.
  EXPECT_LT(best_ms, 40.0);
}

}  // namespace
}  // namespace weir::sql
