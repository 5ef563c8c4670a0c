CREATE TABLE g (g INT, k STRING, v BIGINT, j INT, s STRING, b BOOLEAN, d DECIMAL(3, 1)) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/groups.json', 'format' = 'json');
SELECT k, MAX(v) FROM (VALUES ('a', 1), ('a', 1), ('a', 0), ('a', 2)) AS t(k, v) GROUP BY k;
SELECT k, MIN(v), MAX(v) FROM (VALUES ('a', 1), ('a', 1), ('a', 5), ('a', 3)) AS t(k, v) GROUP BY k;
SELECT k, SUM(v) FROM (SELECT k, v FROM g WHERE g = 3) GROUP BY k;
SELECT k, AVG(v) FROM (VALUES ('a', 4), ('a', 4), ('a', 5), ('a', 4)) AS t(k, v) GROUP BY k;
SELECT k, COUNT(v) FROM (SELECT k, v FROM g WHERE g = 4) GROUP BY k;
SELECT COUNT(*) > 1 FROM (VALUES (1), (2), (3)) AS t(x);
SELECT k FROM (VALUES ('a', 1), ('a', 2)) AS t(k, v) GROUP BY k;
SELECT k, SUM(v) > 3 AS big FROM (VALUES ('a', 1), ('a', 1), ('a', 5), ('a', 5), ('a', -20)) AS t(k, v) GROUP BY k;
