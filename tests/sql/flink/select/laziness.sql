CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id FROM n WHERE i <> 0 AND 1000 / i > 100;
SELECT id, CASE WHEN i = 0 OR i IS NULL THEN -1 ELSE 7 / i END FROM n;
SELECT id, IF(i = 0, 0, 100 / i) FROM n;
SELECT id, CASE WHEN s IN ('a', 'big') THEN 0 WHEN s IS NULL THEN 1 ELSE 2 END FROM n;
SELECT id, i = 0 OR 10 / i > 0 FROM n WHERE i IS NOT NULL;
SELECT id, CASE WHEN TRY_CAST(s AS INT) IS NULL THEN 'text' ELSE 'number' END FROM n;
SELECT x, CASE WHEN x LIKE '%a%' THEN 0 ELSE CAST(x AS INT) END FROM (VALUES ('12'), ('1a'), ('-3')) AS t(x);
SELECT x, CASE x WHEN 'a' THEN 1 WHEN 'b' THEN 2 END + 1 FROM (VALUES ('a'), ('b'), ('c')) AS t(x);
