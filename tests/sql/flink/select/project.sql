CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT * FROM n;
SELECT id, i FROM n;
SELECT i, id, i AS again FROM n;
SELECT id + 1, i * 2 AS twice, -i AS neg FROM n WHERE id IN (1, 6);
SELECT n.id, n.s FROM n;
SELECT x.* FROM n AS x;
SELECT x.id AS a, x.id AS b FROM n x WHERE x.id < 3;
SELECT 1 AS lit, id, 'lit' AS txt, CAST(NULL AS STRING) AS nothing FROM n WHERE id = 1;
SELECT id `select`, s `a b` FROM n WHERE id = 1;
SELECT ALL id FROM n;
SELECT id, *  FROM n WHERE id = 4;
SELECT 1;
SELECT 1, 'two', 3.0, TRUE;
