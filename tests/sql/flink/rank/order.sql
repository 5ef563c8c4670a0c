CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id, i, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY i) AS rn FROM n) WHERE rn <= 4;
SELECT id, i, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY i DESC) AS rn FROM n) WHERE rn <= 4;
SELECT id, i, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY i NULLS LAST) AS rn FROM n) WHERE rn <= 9;
SELECT id, i, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY i DESC NULLS FIRST) AS rn FROM n) WHERE rn <= 4;
SELECT id, bi, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY bi) AS rn FROM n) WHERE rn <= 4;
SELECT id, f, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY f) AS rn FROM n) WHERE rn <= 4;
SELECT id, d, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY d DESC) AS rn FROM n) WHERE rn <= 4;
SELECT id, dc, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY dc) AS rn FROM n) WHERE rn <= 4;
SELECT id, s, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY s DESC) AS rn FROM n) WHERE rn <= 4;
SELECT id, s, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY s, id DESC) AS rn FROM n) WHERE rn <= 9;
SELECT id, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY i > 0, si > 0 DESC, id DESC) AS rn FROM n) WHERE rn <= 9;
