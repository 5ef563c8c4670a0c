CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT MAX(c) FROM (SELECT b, COUNT(*) AS c FROM (SELECT id % 3 AS a, COUNT(*) AS b FROM n GROUP BY id % 3) GROUP BY b);
SELECT k, SUM(c) FROM (SELECT id % 2 AS k, id % 3 AS j, COUNT(*) AS c FROM n GROUP BY id % 2, id % 3) GROUP BY k HAVING SUM(c) > 1;
SELECT b, c FROM (SELECT b, COUNT(*) AS c FROM (SELECT id % 3 AS a, COUNT(*) AS b FROM n GROUP BY id % 3) GROUP BY b) WHERE c <> 2;
SELECT DISTINCT m FROM (SELECT id % 2 AS k, MAX(id) AS m FROM n GROUP BY id % 2);
SELECT COUNT(*) FROM (SELECT DISTINCT c FROM (SELECT id % 2 AS k, COUNT(*) AS c FROM n GROUP BY id % 2));
SELECT u, COUNT(*) FROM (SELECT UPPER(t) AS u FROM (SELECT s AS t, COUNT(*) AS c FROM n GROUP BY s) WHERE c > 0) GROUP BY u;
