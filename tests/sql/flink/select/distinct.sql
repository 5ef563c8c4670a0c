-- weir: order: any
CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT DISTINCT id % 3 FROM n;
SELECT DISTINCT s IS NULL FROM n;
SELECT DISTINCT i > 0 AS pos, i IS NULL AS nul FROM n;
SELECT DISTINCT 1 FROM n;
SELECT DISTINCT x FROM (VALUES (1), (CAST(NULL AS INT)), (1), (CAST(NULL AS INT)), (2)) AS t(x);
SELECT DISTINCT x, y FROM (VALUES (1, 'a'), (1, 'b'), (1, 'a'), (2, 'a')) AS t(x, y);
SELECT DISTINCT d FROM (VALUES (1.0), (1.00), (2.5)) AS t(d);
SELECT COUNT(*) FROM (SELECT DISTINCT id % 3 FROM n);
SELECT DISTINCT COUNT(*) FROM n GROUP BY id % 2;
