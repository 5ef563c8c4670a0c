-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, '  ab  '), (2, 'xxabxx'), (3, ''), (4, CAST(NULL AS STRING)), (5, 'xyxabyx'), (6, '   '), (7, ' 日 ')) AS t(id, s);
SELECT id, '[' || TRIM(s) || ']', '[' || LTRIM(s) || ']', '[' || RTRIM(s) || ']', '[' || BTRIM(s) || ']' FROM v;
SELECT id, TRIM('x' FROM s), TRIM(LEADING 'x' FROM s), TRIM(TRAILING 'x' FROM s), TRIM(BOTH 'x' FROM s) FROM v;
SELECT id, '[' || TRIM(BOTH FROM s) || ']', '[' || TRIM(LEADING FROM s) || ']', '[' || TRIM(TRAILING FROM s) || ']' FROM v;
SELECT id, LTRIM(s, 'xy'), RTRIM(s, 'xy'), BTRIM(s, 'xy'), BTRIM(s, ''), BTRIM(s, CAST(NULL AS STRING)) FROM v;
SELECT id, TRIM(BOTH 'xy' FROM s), TRIM(LEADING 'xy' FROM s), TRIM(TRAILING 'yx' FROM s) FROM v;
SELECT TYPEOF(TRIM('a ')), TYPEOF(LTRIM('a', 'b')), TYPEOF(BTRIM(' a')), '[' || TRIM(CAST('a' AS CHAR(4))) || ']', BTRIM('aAbBa', 'a');
