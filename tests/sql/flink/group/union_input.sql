-- weir: order: any
CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT k, SUM(v) FROM (SELECT id % 2 AS k, id AS v FROM n UNION ALL SELECT id % 2, -id FROM n) GROUP BY k;
SELECT COUNT(*), SUM(x) FROM (SELECT id AS x FROM n UNION ALL SELECT id * 10 FROM n);
SELECT src, COUNT(*) FROM (SELECT 'a' AS src, id FROM n UNION ALL SELECT 'bb', id FROM n WHERE id > 3) GROUP BY src;
SELECT DISTINCT x FROM (SELECT id % 3 AS x FROM n UNION ALL SELECT id % 4 FROM n);
SELECT MAX(c) FROM (SELECT k, COUNT(*) AS c FROM (SELECT id % 2 AS k FROM n UNION ALL SELECT 1 FROM n) GROUP BY k);
SELECT k, c FROM (SELECT id % 2 AS k, COUNT(*) AS c FROM n GROUP BY id % 2) UNION ALL SELECT -1, CAST(5 AS BIGINT);
SELECT 'total' AS t, SUM(c) FROM (SELECT COUNT(*) AS c FROM n GROUP BY id % 2 UNION ALL SELECT COUNT(*) FROM n GROUP BY id % 3);
