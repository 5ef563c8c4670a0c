CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
CREATE TEMPORARY VIEW pos AS SELECT id, i, d FROM n WHERE i > 0;
CREATE TEMPORARY VIEW agg AS SELECT id % 2 AS k, COUNT(*) AS c, SUM(id) AS s FROM n GROUP BY id % 2;
SELECT k, c FROM agg WHERE k = 1;
WITH p AS (SELECT * FROM pos WHERE id < 5), q AS (SELECT id * 10 AS x FROM p) SELECT x FROM q WHERE x > 10;
WITH p AS (SELECT id FROM n WHERE id < 3) SELECT COUNT(*), SUM(id) FROM p;
SELECT MAX(c), MIN(s) FROM agg;
WITH a AS (WITH b AS (SELECT id FROM n) SELECT id + 1 AS x FROM b) SELECT x FROM a WHERE x < 4;
SELECT x FROM (WITH a AS (SELECT id AS x FROM n) SELECT x FROM a WHERE x > 5);
CREATE TEMPORARY VIEW renamed (a, b, c) AS SELECT id, i, d FROM pos;
SELECT a, b + a FROM renamed WHERE a = 1;
CREATE TEMPORARY VIEW IF NOT EXISTS renamed AS SELECT 1 AS x;
SELECT * FROM renamed WHERE a = 7;
