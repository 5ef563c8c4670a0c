CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
CREATE TEMPORARY VIEW counts AS SELECT id % 3 AS k, id % 2 AS j, COUNT(*) AS c, MIN(id) AS least, MAX(id) AS most, SUM(id) AS s, AVG(id) AS a FROM n GROUP BY id % 3, id % 2;
SELECT MAX(c), MIN(c), MAX(most), MIN(most), MAX(least), MIN(least) FROM counts;
SELECT j, MAX(c), MIN(k), MAX(k) FROM counts GROUP BY j;
SELECT c, MAX(k), MIN(k) FROM counts GROUP BY c;
SELECT MAX(c), MIN(c) FROM (SELECT id % 3 AS k, COUNT(*) AS c FROM n GROUP BY id % 3 HAVING COUNT(*) < 2);
SELECT MAX(c), MIN(c) FROM (SELECT id % 3 AS k, COUNT(*) AS c FROM n GROUP BY id % 3 HAVING COUNT(*) > 1);
SELECT MAX(m), MIN(m), MAX(x) FROM (SELECT j, MAX(c) AS m, COUNT(*) AS x FROM counts GROUP BY j);
SELECT MAX(CAST(c AS INT)), MAX(-c), MAX(c + 1) FROM counts;
SELECT MAX(s), MIN(s), MAX(a), MIN(DISTINCT a) FROM counts;
SELECT MAX(d), MIN(d), MAX(f), MIN(t), MAX(t), MIN(b), MAX(dc) FROM (SELECT k, SUM(x) AS s, CAST(SUM(x) AS DOUBLE) AS d, CAST(SUM(x) AS FLOAT) AS f, CAST(SUM(x) AS STRING) AS t, SUM(x) > 0 AS b, CAST(SUM(x) AS DECIMAL(9, 3)) AS dc FROM (VALUES ('a', 5), ('b', 3), ('a', -4), ('b', 1), ('c', 2), ('b', -9), ('d', 2), ('c', 5), ('d', 8), ('a', 1)) AS t(k, x) GROUP BY k);
SELECT MIN(ts), MAX(ts), MIN(dt), MAX(dt) FROM (SELECT k, TIMESTAMPADD(HOUR, SUM(x), TIMESTAMP '2024-01-01 00:00:00') AS ts, CAST(TIMESTAMPADD(DAY, SUM(x), TIMESTAMP '2024-01-01 00:00:00') AS DATE) AS dt FROM (VALUES ('a', 5), ('b', 3), ('a', -4), ('b', 1), ('c', 2), ('b', -9)) AS t(k, x) GROUP BY k);
