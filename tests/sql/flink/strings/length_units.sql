-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'abc'), (2, 'äöü'), (3, '日本語'), (4, '😀😁'), (5, 'e' || U&'\0301'), (6, ''), (7, CAST(NULL AS STRING))) AS t(id, s);
SELECT id, CHAR_LENGTH(s), CHAR_LENGTH(UPPER(s)), CHAR_LENGTH(REVERSE(s)), REVERSE(s) FROM v;
SELECT id, SUBSTRING(s, 1, 1), SUBSTRING(s, 2, 1), SUBSTRING(s, -1), LEFT(s, 1), RIGHT(s, 1) FROM v;
SELECT id, LPAD(s, 5, '*'), RPAD(s, 5, '*'), POSITION(SUBSTRING(s, 2, 1) IN s), REPLACE(s, SUBSTRING(s, 1, 1), '_') FROM v;
SELECT id, CAST(s AS CHAR(4)) || '|', CAST(s AS VARCHAR(2)), s LIKE '___', s LIKE '__' FROM v;
SELECT id, UPPER(s), LOWER(s), INITCAP(s), s || s, CONCAT(s, '-', s) FROM v;
SELECT id, TO_BASE64(s), MD5(s), CAST(s AS BYTES) FROM v;
SELECT id, s < 'b', s > 'z', s = 'abc', GREATEST(s, 'm'), LEAST(s, 'm') FROM v;
SELECT id, LPAD(s, 4, '*'), RPAD(s, 6, '[]'), LPAD('x', 5, s), RPAD(s, 2, '*') FROM v WHERE id <> 6;
SELECT id, '[' || CAST(s AS CHAR(6)) || ']', CAST(s AS CHAR(1)), CAST(s AS VARCHAR(1)) FROM v;
