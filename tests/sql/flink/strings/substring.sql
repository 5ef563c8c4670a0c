CREATE TABLE w (id INT, s STRING, t STRING, n INT)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
SELECT id, SUBSTRING(s, 2), SUBSTRING(s, 2, 3), SUBSTRING(s FROM 3 FOR 2), SUBSTR(s, 4) FROM w;
SELECT id, SUBSTRING(s, n), SUBSTRING(s, n, 2), SUBSTRING(s, -3), SUBSTRING(s, 0) FROM w;
SELECT id, LEFT(s, 3), RIGHT(s, 3), LEFT(s, n), RIGHT(s, n) FROM w;
SELECT SUBSTRING('hello', 1), SUBSTRING('hello', 0), SUBSTRING('hello', -2), SUBSTRING('hello', 6), SUBSTRING('hello', 5), SUBSTRING('hello', 2, 100), SUBSTRING('hello', -10, 3), SUBSTRING('hello', 2, 0);
SELECT SUBSTRING('hello', 0, 2), SUBSTRING('hello', -3, 2), SUBSTRING('', 1), SUBSTRING(CAST(NULL AS STRING), 1), SUBSTRING('abc', CAST(NULL AS INT)), SUBSTRING('abc', 1, CAST(NULL AS INT));
SELECT SUBSTR('hello', 2, 2), SUBSTR('日本語', 2, 1), SUBSTR('a😀b', 2, 1), SUBSTR('a😀b', 3);
SELECT LEFT('hello', 2), LEFT('hello', 0), LEFT('hello', -1), LEFT('hello', 10), RIGHT('hello', 2), RIGHT('hello', 0), RIGHT('hello', -1), RIGHT('hello', 10);
SELECT OVERLAY('abcdef' PLACING 'XY' FROM 2), OVERLAY('abcdef' PLACING 'XY' FROM 2 FOR 4), OVERLAY('abc' PLACING 'XYZW' FROM 3), OVERLAY('abc' PLACING '' FROM 2 FOR 1);
SELECT id, POSITION(t IN s), POSITION('l' IN s), INSTR(s, 'l'), LOCATE('l', s), LOCATE('l', s, 5) FROM w;
SELECT POSITION('b' IN 'abc'), POSITION('x' IN 'abc'), POSITION('' IN 'abc'), POSITION('本' IN '日本'), LOCATE('a', 'banana', 3), LOCATE('a', 'banana', 100), INSTR('abc', '');
SELECT STARTSWITH('hello', 'he'), STARTSWITH('hello', ''), STARTSWITH('hello', 'x'), ENDSWITH('hello', 'lo'), ENDSWITH('hello', ''), STARTSWITH(CAST(NULL AS STRING), 'a');
