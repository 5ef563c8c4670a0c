CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT SUM(id) + COUNT(*), SUM(id * 2), SUM(id) * 1.0 / COUNT(*) FROM n WHERE id < 4;
SELECT id % 2 + 1, COUNT(*) FROM n WHERE id < 4 GROUP BY id % 2;
SELECT MAX(CASE WHEN id = 3 THEN s END), MIN(COALESCE(s, 'zz')) FROM n;
SELECT CASE WHEN COUNT(*) > 2 THEN 'many' ELSE 'few' END FROM n WHERE id < 4;
SELECT SUM(CAST(id AS DECIMAL(5, 2))), AVG(CAST(id AS DECIMAL(5, 2))), SUM(CAST(id AS DOUBLE)) FROM n WHERE id < 4;
SELECT CAST(SUM(id) AS STRING) || '!', COUNT(*) = 2 FROM n WHERE id < 4;
SELECT COUNT(*) AS c, COUNT(*) * COUNT(*) AS sq FROM n WHERE id < 4;
SELECT x, y, SUM(z) FROM (SELECT id % 2 AS x, id > 3 AS y, id AS z FROM n) GROUP BY x, y;
SELECT SUM(x) FROM (SELECT id * 10 AS x FROM n WHERE id < 3);
SELECT 'const' AS c, COUNT(*) FROM n WHERE id < 3 GROUP BY 'const';
SELECT COUNT(*) FROM n WHERE id < 3 GROUP BY ();
