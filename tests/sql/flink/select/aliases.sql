CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id + 1 FROM n WHERE id < 3;
SELECT id, id AS x, id, i + i FROM n WHERE id < 3;
SELECT COUNT(*), SUM(id) AS total, COUNT(*) FROM n WHERE id = 1;
SELECT CAST(id AS BIGINT), UPPER(s), -id FROM n WHERE id < 3;
SELECT t.x, t.y FROM (SELECT id AS x, id + 1 AS y FROM n) t WHERE t.x = 1;
SELECT * FROM (SELECT id, id + 1 FROM n) WHERE id = 1;
SELECT a.id FROM n AS a WHERE a.id IN (1, 2) AND a.i = 1;
SELECT n.*, id AS again FROM n WHERE id = 4;
SELECT DISTINCT id % 2 AS k FROM n;
SELECT `EXPR$0` FROM (SELECT id + 1 FROM n) WHERE `EXPR$0` < 4;
