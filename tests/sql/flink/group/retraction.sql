CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT c, COUNT(*) FROM (SELECT id % 3 AS k, COUNT(*) AS c FROM n GROUP BY id % 3) GROUP BY c;
SELECT SUM(c), MAX(c), MIN(c), AVG(c), COUNT(*) FROM (SELECT id % 3 AS k, COUNT(*) AS c FROM n GROUP BY id % 3);
SELECT MAX(s) FROM (SELECT k, SUM(v) AS s FROM (VALUES ('a', 5), ('b', 3), ('a', -4), ('b', 1), ('c', 2), ('b', -9)) AS t(k, v) GROUP BY k);
SELECT MIN(s) FROM (SELECT k, SUM(v) AS s FROM (VALUES ('a', 5), ('b', 3), ('a', -4), ('b', 1), ('c', 2), ('b', -9)) AS t(k, v) GROUP BY k);
SELECT COUNT(DISTINCT s) FROM (SELECT k, SUM(v) AS s FROM (VALUES ('a', 1), ('b', 1), ('a', 1), ('b', 1), ('c', 2)) AS t(k, v) GROUP BY k);
SELECT SUM(DISTINCT s), AVG(s) FROM (SELECT k, SUM(v) AS s FROM (VALUES ('a', 1), ('b', 1), ('a', 1), ('b', 1), ('c', 2)) AS t(k, v) GROUP BY k);
SELECT s, COUNT(*) AS c FROM (SELECT k, SUM(v) AS s FROM (VALUES ('a', 1), ('b', 1), ('a', 1), ('b', 1)) AS t(k, v) GROUP BY k) GROUP BY s HAVING COUNT(*) > 0;
SELECT COUNT(*) FROM (SELECT k, SUM(v) AS s FROM (VALUES ('a', 1), ('a', 5), ('a', -3), ('b', 4)) AS t(k, v) GROUP BY k HAVING SUM(v) > 2);
SELECT COUNT(*) FILTER (WHERE s > 1), SUM(s) FILTER (WHERE s > 1) FROM (SELECT k, SUM(v) AS s FROM (VALUES ('a', 1), ('a', 5), ('a', -6), ('b', 4)) AS t(k, v) GROUP BY k);
SELECT m, COUNT(*) FROM (SELECT k, MAX(v) AS m FROM (VALUES ('a', 1), ('b', 1), ('a', 3), ('b', 2), ('a', 2)) AS t(k, v) GROUP BY k) GROUP BY m;
SELECT DISTINCT c FROM (SELECT k, COUNT(*) AS c FROM (VALUES ('a'), ('b'), ('a'), ('b'), ('c')) AS t(k) GROUP BY k);
SELECT SUM(x) FROM (SELECT MAX(m) AS x FROM (SELECT id % 2 AS k, id % 3 AS j, MAX(id) AS m FROM n GROUP BY id % 2, id % 3) GROUP BY k);
