CREATE TABLE g (g INT, k STRING, v BIGINT, j INT, s STRING, b BOOLEAN, d DECIMAL(3, 1)) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/groups.json', 'format' = 'json');
CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id % 2, COUNT(*), SUM(id) FROM n GROUP BY id % 2;
SELECT id % 2 AS k, MAX(i) AS m FROM n GROUP BY id % 2;
SELECT COUNT(*) FROM n GROUP BY id % 2;
SELECT i > 0 AS pos, COUNT(*), SUM(id) FROM n GROUP BY i > 0;
SELECT s, COUNT(*) FROM n GROUP BY s;
SELECT id % 2, id % 3, COUNT(*) FROM n GROUP BY id % 2, id % 3;
SELECT k, COUNT(*), SUM(v) FROM (SELECT k, v FROM g WHERE g = 1) GROUP BY k;
SELECT k, SUM(v), AVG(v), MIN(v), MAX(v), COUNT(v) FROM (SELECT k, v FROM g WHERE g = 2) GROUP BY k;
SELECT k, MAX(v) FROM (VALUES ('a', 3), ('a', 1), ('a', 2), ('a', 3), ('b', 1)) AS t(k, v) GROUP BY k;
SELECT UPPER(k), COUNT(*) FROM (VALUES ('a'), ('A'), ('b')) AS t(k) GROUP BY UPPER(k);
SELECT CASE WHEN id < 4 THEN 'low' ELSE 'high' END AS c, COUNT(*) FROM n GROUP BY CASE WHEN id < 4 THEN 'low' ELSE 'high' END;
SELECT k, v FROM (VALUES (1, 1), (1, 1), (2, 2)) AS t(k, v) GROUP BY k, v;
SELECT k, COUNT(*) FROM (VALUES (TRUE), (FALSE), (TRUE)) AS t(k) GROUP BY k;
SELECT k, COUNT(*) FROM (VALUES (1.5), (1.50), (2.0)) AS t(k) GROUP BY k;
SELECT k, COUNT(*) FROM (VALUES (DATE '2024-01-01'), (DATE '2024-01-02'), (DATE '2024-01-01')) AS t(k) GROUP BY k;
