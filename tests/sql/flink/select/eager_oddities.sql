CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id, COALESCE(CAST(id AS STRING), CAST(1 / (id - 1) AS STRING)) FROM n;
SELECT id, IFNULL(id, 1 / (id - 1)) FROM n WHERE id < 3;
SELECT id, GREATEST(id, 1 / (id - 1)) FROM n WHERE id > 1;
SELECT id, CASE WHEN id > 0 THEN id ELSE 1 / (id - 1) END FROM n;
SELECT id, id > 0 OR 1 / (id - 1) > 0 FROM n;
SELECT id, NULLIF(id, 1 / (id - 2)) FROM n WHERE id > 2;
