CREATE TABLE g (g INT, k STRING, v BIGINT, j INT, s STRING, b BOOLEAN, d DECIMAL(3, 1)) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/groups.json', 'format' = 'json');
CREATE TEMPORARY VIEW v AS SELECT k, CAST(x AS DECIMAL(10, 2)) AS d, CAST(x AS DECIMAL(38, 2)) AS big FROM (SELECT k, s AS x FROM g WHERE g = 10);
SELECT k, SUM(d), AVG(d), MIN(d), MAX(d), COUNT(d) FROM v GROUP BY k;
SELECT SUM(d), AVG(d), SUM(big), AVG(big) FROM v;
SELECT k, SUM(d * 2), SUM(d) / 3, SUM(d / 3) FROM v GROUP BY k;
SELECT SUM(DISTINCT d), AVG(DISTINCT d), COUNT(DISTINCT d) FROM v;
SELECT SUM(x), AVG(x) FROM (VALUES (1.00), (2.00), (2.00)) AS t(x);
SELECT AVG(x), AVG(CAST(x AS DECIMAL(20, 10))) FROM (VALUES (1), (0), (0)) AS t(x);
SELECT SUM(x) FROM (SELECT CAST(y AS DECIMAL(38, 0)) AS x FROM (SELECT s AS y FROM g WHERE g = 11));
