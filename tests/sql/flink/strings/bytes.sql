-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, x'0102ff'), (2, x''), (3, CAST(NULL AS BYTES)), (4, x'68656c6c6f')) AS t(id, b);
SELECT id, b, STARTSWITH(b, x'01'), ENDSWITH(b, x'ff') FROM v;
SELECT id, b = x'0102ff', b < x'02', b IS NULL FROM v;
SELECT id, CAST(b AS STRING) FROM v WHERE id IN (2, 3, 4);
SELECT b, COUNT(*) FROM v GROUP BY b;
SELECT CAST('abc' AS BYTES), CAST('abc' AS BINARY(2)), CAST('abc' AS BINARY(5)), CAST('abc' AS VARBINARY(2)), x'AbCd', X'00';
