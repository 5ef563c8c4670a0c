CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id % 2 AS k, COUNT(*) AS c FROM n GROUP BY id % 2 HAVING COUNT(*) > 2;
SELECT id % 2 AS k, SUM(id) FROM n GROUP BY id % 2 HAVING SUM(id) < 10;
SELECT id % 3 AS k FROM n GROUP BY id % 3 HAVING MAX(id) >= 6;
SELECT COUNT(*) AS c FROM n HAVING COUNT(*) > 5;
SELECT COUNT(*) AS c FROM n HAVING COUNT(*) BETWEEN 2 AND 4;
SELECT k, c FROM (SELECT id % 2 AS k, COUNT(*) AS c FROM n GROUP BY id % 2) WHERE c = 2;
SELECT k, SUM(v) FROM (VALUES ('a', 5), ('a', -5), ('a', 7), ('b', 1)) AS t(k, v) GROUP BY k HAVING SUM(v) > 0;
SELECT id % 2 AS k, AVG(id) FROM n GROUP BY id % 2 HAVING id % 2 = 1;
SELECT k, COUNT(*) FROM (VALUES ('a', 1), ('b', 2), ('a', 3)) AS t(k, v) GROUP BY k HAVING MIN(v) = 1 AND COUNT(*) > 1;
