CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id, ti + ti, si + si, i + i, bi + bi FROM n;
SELECT id, ti - si, si * i, i * bi, ti * ti FROM n;
SELECT id, -ti, -si, -i, -bi, +i FROM n;
SELECT id, i / 2, i / -2, i % 3, i % -3, MOD(i, 3), MOD(-i, 3) FROM n;
SELECT id, ti / CAST(2 AS TINYINT), si / 7, bi / 7, bi % 10 FROM n;
SELECT id, ti % CAST(3 AS TINYINT), si % CAST(3 AS SMALLINT), bi % CAST(10 AS BIGINT), MOD(ti, si) FROM n WHERE id <> 4;
SELECT 7 / 2, -7 / 2, 7 / -2, 7 % 3, -7 % 3, 7 % -3, MOD(-7, 3);
SELECT 2147483647 + 1, -2147483648 - 1, 2147483647 * 2;
SELECT 9223372036854775807 + 1, 2147483648, -2147483649, 9223372036854775807;
SELECT CAST(127 AS TINYINT) + CAST(1 AS TINYINT), CAST(32767 AS SMALLINT) + CAST(1 AS SMALLINT);
SELECT 1 + CAST(1 AS BIGINT), CAST(1 AS TINYINT) + CAST(1 AS SMALLINT), CAST(1 AS SMALLINT) + 1;
SELECT 1 + 2 * 3, (1 + 2) * 3, 10 - 4 - 3, 2 * 3 % 4, - - 5, -(-5);
SELECT 1 - CAST(NULL AS BIGINT), CAST(NULL AS INT) * 2, MOD(CAST(NULL AS INT), 2);
