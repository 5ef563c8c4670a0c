CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT a FROM (SELECT id AS a, i FROM n WHERE i > 0) WHERE a < 5;
SELECT t.b FROM (SELECT id + 1 AS b FROM n) AS t WHERE t.b > 5;
SELECT c, d2 FROM (SELECT id, d FROM n) AS t(c, d2) WHERE c = 1;
SELECT y FROM (SELECT x * 2 AS y FROM (SELECT id * 2 AS x FROM n)) WHERE y >= 16;
WITH a AS (SELECT id, i FROM n WHERE i IS NOT NULL) SELECT id FROM a WHERE i < 0;
WITH a AS (SELECT id, i FROM n), b AS (SELECT id AS k FROM a WHERE i = 1) SELECT k FROM b;
WITH a(k, v) AS (SELECT id, s FROM n) SELECT v, k FROM a WHERE k = 2;
WITH n AS (SELECT 42 AS id) SELECT id FROM n;
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(k, v);
SELECT * FROM (VALUES (1, 'a'), (2, 'bcd')) AS t(k, v) WHERE k = 2;
VALUES (1, 'x'), (2, 'yy');
SELECT (id + 1) * 2, EXPR FROM (SELECT id, id * 10 AS EXPR FROM n) WHERE id = 7;
