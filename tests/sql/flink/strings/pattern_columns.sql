-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'abc', 'b'), (2, 'abc', '^c'), (3, 'a.c', '.'), (4, 'abc', '('), (5, 'abc', ''), (6, CAST(NULL AS STRING), 'a'), (7, 'abc', CAST(NULL AS STRING)), (8, 'xyz', '[x-z]+')) AS t(id, s, p);
SELECT id, REGEXP(s, p), REGEXP_COUNT(s, p), REGEXP_INSTR(s, p), REGEXP_SUBSTR(s, p) FROM v;
SELECT id, REGEXP_EXTRACT(s, p), REGEXP_EXTRACT(s, p, 1), REGEXP_EXTRACT_ALL(s, p, 0) FROM v;
SELECT id, REPLACE(s, p, '-'), SPLIT_INDEX(s, p, 0), SPLIT(s, p), s || p FROM v;
SELECT id, STARTSWITH(s, p), ENDSWITH(s, p), POSITION(p IN s), LOCATE(p, s, 2), INSTR(s, p) FROM v;
SELECT id, s LIKE p || '%', s LIKE '%' || p, s NOT LIKE '_' || p || '%' FROM v;
