-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'banana', 'an'), (2, '', 'a'), (3, 'a', ''), (4, CAST(NULL AS STRING), 'a'), (5, 'a', CAST(NULL AS STRING)), (6, '日本日本', '本'), (7, 'Aa', 'a')) AS t(id, s, p);
SELECT id, CHAR_LENGTH(s), CHARACTER_LENGTH(p), CHAR_LENGTH(s || p) FROM v;
SELECT id, POSITION(p IN s), INSTR(s, p), LOCATE(p, s) FROM v;
SELECT id, LOCATE(p, s, 3), LOCATE(p, s, 1), LOCATE(p, s, 0), LOCATE(p, s, -1), LOCATE(p, s, CAST(NULL AS INT)) FROM v;
SELECT id, INSTR(s, p, 1), INSTR(s, p, 1, 2), INSTR(s, p, -1) FROM v;
SELECT id, LEFT(s, 2), RIGHT(s, 2), LEFT(s, CAST(NULL AS INT)), SUBSTR(s, 2, 2), SUBSTRING(s FROM 2) FROM v;
SELECT INSTR('banana', 'an', -2), INSTR('banana', 'an', -1, 2), INSTR('banana', 'an', 10), INSTR('banana', 'an', 0), INSTR('banana', 'an', -10), INSTR('', '', 1), INSTR('aaaa', 'aa', 1, 2), INSTR('aaaa', 'aa', -1, 2);
SELECT TYPEOF(CHAR_LENGTH('a')), TYPEOF(POSITION('a' IN 'b')), TYPEOF(LEFT('abc', 1)), TYPEOF(SUBSTRING('abc', 1)), TYPEOF(LOCATE('a', 'b'));
