-- weir: order: any
CREATE TEMPORARY VIEW x AS SELECT CAST(a AS DECIMAL(5, 2)) AS a, CAST(b AS DECIMAL(10, 4)) AS b, CAST(c AS DECIMAL(38, 18)) AS c, CAST(d AS DECIMAL(4, 3)) AS d FROM (VALUES ('123.45', '999999.9999', '12345678901234567890.123456789012345678', '0.999'), ('-0.01', '0.0001', '-0.000000000000000001', '0.001'), ('0.5', '2.5', '7', '-0.5'), (CAST(NULL AS STRING), CAST(NULL AS STRING), CAST(NULL AS STRING), CAST(NULL AS STRING))) AS t(a, b, c, d);
SELECT a + b, a - b, a * b, a / b, a % b FROM x;
SELECT a + c, a - c, a * c, a / c FROM x;
SELECT b + d, b * d, b / d, d / b FROM x;
SELECT c * c, c / c, c + c FROM x;
SELECT a + 1, a * 10, a / 3, 3 / a, a - 1.5 FROM x;
SELECT a + CAST(1 AS BIGINT), a * CAST(2 AS BIGINT), a / CAST(3 AS TINYINT) FROM x;
SELECT a + 1e0, a * 1e0, a / 3e0, CAST(a AS FLOAT) * a FROM x;
SELECT ABS(a), FLOOR(a), CEIL(a), ROUND(a), ROUND(a, 1), SIGN(a) FROM x;
SELECT ABS(c), FLOOR(c), CEIL(c), ROUND(c, 5), ROUND(d, 1) FROM x;
SELECT a < b, b = c, a > 0, d <= 0.5, c > 1e19 FROM x;
SELECT CAST(a AS DECIMAL(4, 1)), CAST(b AS DECIMAL(6, 2)), CAST(c AS DECIMAL(10, 0)), CAST(d AS DECIMAL(2, 1)) FROM x;
SELECT SUM(a), SUM(b), AVG(a), MIN(b), MAX(c), COUNT(d) FROM x;
