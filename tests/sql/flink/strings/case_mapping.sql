-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'hello World'), (2, ''), (3, 'ÀÉÎõü'), (4, 'straße'), (5, 'ΑΣ ΟΔΟΣ'), (6, 'foo-bar_baz 9lives o''neil'), (7, CAST(NULL AS STRING)), (8, 'ÿ'), (9, '日本 a😀b'), (10, '  two  spaces ')) AS t(id, s);
SELECT id, UPPER(s), LOWER(s), INITCAP(s) FROM v;
SELECT id, LOWER(UPPER(s)) = LOWER(s), UPPER(s) = s FROM v;
SELECT UPPER('abc'), LOWER('ABC'), INITCAP('ABC def'), UPPER(CAST('ab' AS CHAR(4))), LOWER(CAST('AB' AS VARCHAR(10)));
SELECT TYPEOF(UPPER(s)), TYPEOF(LOWER('A')), TYPEOF(INITCAP('a b')) FROM (VALUES ('abc')) AS t(s);
