-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 7, 3, 7.5), (2, -7, 3, -7.5), (3, 7, -3, 0.0), (4, 0, 5, 10.1), (5, CAST(NULL AS INT), 2, CAST(NULL AS DECIMAL(3, 1))), (6, 2, CAST(NULL AS INT), 1.0)) AS t(id, a, b, c);
SELECT id, MOD(a, b), a % b, a / b, a - b * (a / b) FROM v;
SELECT id, MOD(c, 2), c % 1.5, c / b, c * b, a % 2.5 FROM v;
SELECT id, SIGN(a), SIGN(c), ABS(a), ABS(c), -a, +a, -c FROM v;
SELECT id, a + b, a - b, a * b, a + c, c - a, c * c FROM v;
SELECT TYPEOF(MOD(7, 3)), TYPEOF(7 % CAST(3 AS BIGINT)), TYPEOF(CAST(7 AS BIGINT) % 3), TYPEOF(MOD(7.5, 2)), TYPEOF(SIGN(1)), TYPEOF(ABS(1.5)), TYPEOF(-CAST(1 AS TINYINT));
