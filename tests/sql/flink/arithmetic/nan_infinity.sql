CREATE TABLE n (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/floats.json', 'format' = 'json');
CREATE TEMPORARY VIEW v AS SELECT id, CAST(s AS DOUBLE) AS d, CAST(s AS FLOAT) AS f FROM n;
SELECT id, d, f, CAST(d AS STRING), -d, ABS(d) FROM v;
SELECT id, d + 1, d * 0, d / 0, 1 / d, d - d FROM v;
SELECT id, d = d, d <> d, d > 0, d < 0, d >= 0, d IS NULL FROM v;
SELECT id, CAST(d AS INT), CAST(d AS BIGINT), CAST(f AS INT), CAST(d AS FLOAT) FROM v;
SELECT id, FLOOR(d), CEIL(d), SQRT(d), EXP(d), SIGN(d) FROM v;
SELECT id, GREATEST(d, 1e0), LEAST(d, 1e0), d IN (1.5e0, 2e0), d BETWEEN 0 AND 2, COALESCE(d, 9e0) FROM v;
SELECT id, ROUND(d), ROUND(d, 1), TRUNCATE(d) FROM v WHERE id > 3;
