-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 0e0), (2, 1e0), (3, -1e0), (4, 0.5e0), (5, CAST(NULL AS DOUBLE)), (6, 1e300)) AS t(id, d);
SELECT id, EXP(d), SQRT(d), POWER(d, 2) FROM v WHERE id <> 3 AND id <> 6;
SELECT id, LN(d + 2), LOG10(d + 2), LOG2(d + 2), LOG(d + 2), LOG(2, d + 2) FROM v WHERE id IN (1, 2, 5);
SELECT id, SIN(d), COS(d), TAN(d), COT(d) FROM v WHERE id IN (1, 2, 5);
SELECT id, ASIN(d), ACOS(d), ATAN(d), ATAN2(d, 1) FROM v WHERE id IN (1, 2, 3, 5);
SELECT id, SINH(d), ROUND(COSH(d), 12), TANH(d) FROM v WHERE id IN (1, 2, 5);
SELECT id, DEGREES(d), RADIANS(d), SIGN(d), ABS(d) FROM v;
SELECT id, SQRT(d), ASIN(d), ACOS(d + 1), EXP(d), POWER(d, 0.5e0), POWER(d, -1) FROM v WHERE id = 3;
SELECT id, LN(d), LOG10(d), LOG2(d), POWER(d, -1), COT(d) FROM v WHERE id = 1;
SELECT id, EXP(d), POWER(d, 2), d * d, -d * d FROM v WHERE id = 6;
SELECT TYPEOF(EXP(1)), TYPEOF(POWER(2, 3)), TYPEOF(SQRT(4)), TYPEOF(LOG(8)), TYPEOF(SIN(1)), TYPEOF(SIGN(1.5)), TYPEOF(PI()), TYPEOF(ATAN2(1, 1));
SELECT EXP(CAST(1 AS TINYINT)), SQRT(CAST(2.25 AS DECIMAL(5, 2))), POWER(CAST(2 AS BIGINT), 3), POWER(1.5, 2), LN(CAST(1 AS FLOAT)), LOG(1.5, 2.25);
