CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id, f + f, d + d, f + d, d + f FROM n;
SELECT id, f * 2, d * 2, d / 3, f / 3 FROM n;
SELECT id, i + f, i + d, bi + d, bi * f, ti / d FROM n;
SELECT id, d / 0, f / 0, d / 0e0, -d / 0e0 FROM n;
SELECT id, -f, -d, d - d, f - 1e0 FROM n;
SELECT x / 0e0, -x / 0e0, (x - x) / 0e0, x * 1e308 * 10, x * 1e-320 FROM (VALUES (1e0)) AS t(x);
SELECT 0.1e0 + 0.2e0, 1e0 / 3, 2e0 / 3, 100e0 * 1.1e0;
SELECT 1e0 + 1, 1e0 + 1.5, 1.5 + 1e0, CAST(1 AS FLOAT) + 1.5;
SELECT 1e10, 1e7, 1e6, 123456789e0, 0.001e0, 0.0001e0, 1e-5, 100e0;
SELECT CAST(1e10 AS FLOAT), CAST(16777217 AS FLOAT), CAST(0.1 AS FLOAT), CAST(1e-5 AS FLOAT);
SELECT CAST(3.3e0 AS FLOAT) * 3;
SELECT MOD(5.5, 2), MOD(-5.5, 2), 5.5 % 1.5;
