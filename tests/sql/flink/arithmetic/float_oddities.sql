-- weir: order: any
CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT CAST(CAST(0.1 AS FLOAT) AS DOUBLE), CAST(1.1 AS FLOAT) + CAST(1.1 AS DOUBLE), CAST(0.1 AS FLOAT) = CAST(0.1 AS DOUBLE);
SELECT id, CAST(f AS DOUBLE), f + d, d + f, f * d, f = d, d = f, f < d, d > f FROM n WHERE id = 7;
SELECT CAST('NaN' AS DOUBLE) = CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE) <> CAST('NaN' AS DOUBLE);
SELECT x = x, x <> x, x < 1e0, x > 1e0, x IS NULL, x IN (x) FROM (VALUES (CAST('NaN' AS DOUBLE)), (1e0), (CAST(NULL AS DOUBLE))) AS t(x);
SELECT x, y, x = y, x < y, x > y FROM (VALUES (CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE)), (CAST('NaN' AS DOUBLE), 1e0), (CAST('Infinity' AS DOUBLE), 1e308)) AS t(x, y);
SELECT -x, 0e0 - x, x * -1, x = -x FROM (VALUES (0e0)) AS t(x);
SELECT x, COUNT(*) FROM (VALUES (CAST('NaN' AS DOUBLE)), (CAST('NaN' AS DOUBLE)), (1e0)) AS t(x) GROUP BY x;
