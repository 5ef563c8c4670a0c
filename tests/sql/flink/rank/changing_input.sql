CREATE TABLE g (g INT, k STRING, v BIGINT, j INT, s STRING, b BOOLEAN, d DECIMAL(3, 1)) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/groups.json', 'format' = 'json');
CREATE TEMPORARY VIEW sums AS SELECT k, SUM(x) AS s FROM (VALUES ('a', 5), ('b', 3), ('a', -4), ('b', 1), ('c', 2), ('b', -9), ('d', 2), ('c', 5), ('d', 8), ('a', 1)) AS t(k, x) GROUP BY k;
SELECT k, s FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY s DESC) AS rn FROM sums) WHERE rn <= 2;
SELECT k, s, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY s DESC) AS rn FROM sums) WHERE rn <= 2;
SELECT k, s, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY s) AS rn FROM sums) WHERE rn <= 3;
SELECT k, s FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY s > 2 ORDER BY s, k) AS rn FROM sums) WHERE rn <= 1;
SELECT s, COUNT(*) FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY s > 2 ORDER BY k) AS rn FROM sums) WHERE rn <= 2 GROUP BY s;
SELECT MIN(s), MAX(s), COUNT(*) FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY s DESC) AS rn FROM sums) WHERE rn <= 2;
SELECT k, j, s, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY s DESC, j) AS rn FROM (SELECT k, j, SUM(v) AS s FROM g WHERE g = 12 GROUP BY k, j)) WHERE rn <= 2;
