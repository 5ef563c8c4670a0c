-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'foothebar'), (2, 'a1b22c333'), (3, ''), (4, CAST(NULL AS STRING)), (5, 'aaa'), (6, '日本1日本22'), (7, 'A.b.C')) AS t(id, s);
SELECT id, REGEXP_COUNT(s, '[0-9]+'), REGEXP_COUNT(s, ''), REGEXP_COUNT(s, 'aa'), REGEXP_COUNT(s, '(') FROM v;
SELECT id, REGEXP_INSTR(s, '[0-9]+'), REGEXP_INSTR(s, 'b'), REGEXP_INSTR(s, ''), REGEXP_INSTR(s, '[') FROM v;
SELECT id, REGEXP_SUBSTR(s, '[0-9]+'), REGEXP_SUBSTR(s, 'b.*'), REGEXP_SUBSTR(s, ''), REGEXP_SUBSTR(s, '*') FROM v;
SELECT id, REGEXP_EXTRACT_ALL(s, '([a-z])([0-9]+)'), REGEXP_EXTRACT_ALL(s, '([a-z])([0-9]+)', 2), REGEXP_EXTRACT_ALL(s, '[0-9]', 0), REGEXP_EXTRACT_ALL(s, '[0-9]') FROM v;
SELECT id, REGEXP_EXTRACT_ALL(s, '(a)', 5), REGEXP_EXTRACT_ALL(s, '(a)', -1), REGEXP_EXTRACT_ALL(s, '('), REGEXP_EXTRACT_ALL(s, '(a)|(b)', 2) FROM v;
SELECT id, REGEXP(s, '^a'), REGEXP(s, 'a$'), REGEXP(s, '(?i)A'), REGEXP(s, '.*\..*'), REGEXP(s, '(') FROM v;
SELECT id, REGEXP_REPLACE(s, '[0-9]+', '#'), REGEXP_REPLACE(s, '(.)', '$1$1'), REGEXP_REPLACE(s, 'a|b', '') FROM v;
SELECT id, REGEXP_EXTRACT(s, '([a-z]+)([0-9]+)', 1), REGEXP_EXTRACT(s, '([a-z]+)([0-9]+)', 2), REGEXP_EXTRACT(s, '([a-z]+)([0-9]+)', 3), REGEXP_EXTRACT(s, '\p{L}+') FROM v;
SELECT REGEXP_COUNT('aaa', CAST(NULL AS STRING)), REGEXP_INSTR(CAST(NULL AS STRING), 'a'), TYPEOF(REGEXP_COUNT('a', 'a')), TYPEOF(REGEXP_EXTRACT_ALL('a', 'a')), TYPEOF(REGEXP('a', 'a')), TYPEOF(REGEXP_SUBSTR('a', 'a'));
