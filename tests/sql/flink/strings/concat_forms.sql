-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'a', 'b'), (2, '', 'x'), (3, CAST(NULL AS STRING), 'y'), (4, 'z', CAST(NULL AS STRING))) AS t(id, a, b);
SELECT id, CONCAT(a), CONCAT(a, b), CONCAT(a, '-', b), a || b || a FROM v;
SELECT id, CONCAT_WS(',', a, b), CONCAT_WS(a, 'x', 'y'), CONCAT_WS('', a, b, a), CONCAT_WS('~', 'only') FROM v;
SELECT CONCAT('a', 'b', 'c'), CONCAT_WS('~', 'AA', CAST(NULL AS STRING), 'BB', '', CAST(NULL AS STRING), 'CC'), TYPEOF(CONCAT('a', 'b')), TYPEOF(CONCAT_WS('a', 'b')), TYPEOF('a' || 'bb');
SELECT TYPEOF(CAST('a' AS CHAR(3)) || CAST('b' AS VARCHAR(4))), TYPEOF(a || 'x') FROM v WHERE id = 1;
SELECT CAST('a' AS CHAR(3)) || '|', CAST('abc' AS VARCHAR(2)) || '|';
