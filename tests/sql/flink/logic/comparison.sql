CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id, ti = si, si = i, i = bi, f = d, d = dc, i = dc FROM n;
SELECT id, ti < si, si <= i, i > f, bi >= d, d <> dc FROM n;
SELECT id, ti < 1, si < 1.5, i < 1e0, bi < 100, dc < 1.5, dc <= 0.1 FROM n;
SELECT id, i < s FROM n WHERE s IS NULL;
SELECT id, s < 'b', s > 'a', s >= 'min', s = 'a  ', s <> '' FROM n;
SELECT 'a' = 'a ', 'a' < 'B', 'abc' < 'abd', '' < 'a', 'Z' < 'a', 'é' > 'z';
SELECT 1 = 1.0, 1.0 = 1.00, 0.1 = 1e-1, 1 < 1.5;
SELECT id, f = d, d = f, f < d, d > f, CAST(f AS DOUBLE) = d FROM n;
SELECT DATE '2024-01-01' < DATE '2024-01-02', TIMESTAMP '2024-01-01 00:00:00' = TIMESTAMP '2024-01-01 00:00:00.000';
SELECT TIME '10:00:00' < TIME '10:00:01', INTERVAL '1' DAY < INTERVAL '25' HOUR, INTERVAL '1' YEAR = INTERVAL '12' MONTH;
SELECT DATE '2024-01-01' = '2024-01-01', TIMESTAMP '2024-01-01 00:00:00' > '2023-12-31 00:00:00';
SELECT id, d = d, f = f, d > CAST('NaN' AS DOUBLE) FROM n WHERE id < 3;
SELECT CAST('Infinity' AS DOUBLE) > 1e300, CAST(-0.0 AS DOUBLE) = CAST(0.0 AS DOUBLE);
SELECT x'01' = x'01', x'01' < x'02', x'01ff' > x'01';
