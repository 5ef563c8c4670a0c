-- weir: order: any
CREATE TABLE w (id INT, s STRING, t STRING, n INT)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
SELECT id, s || '|', s || t, 'x' || s || 'y', s || CAST(n AS STRING) FROM w;
SELECT id, CHAR_LENGTH(s), CHARACTER_LENGTH(t), CHAR_LENGTH(s || t) FROM w;
SELECT id, UPPER(s), LOWER(s), INITCAP(s) FROM w;
SELECT id, REVERSE(s), REPEAT(t, n), REPEAT(s, 2) FROM w WHERE id NOT IN (7, 9);
SELECT id, REPLACE(s, t, '_'), REPLACE(s, 'l', '') FROM w;
SELECT id, REPLACE(s, '', '-') FROM w WHERE id <> 9;
SELECT 'a' || 'b', 'a' || CAST(NULL AS STRING), '' || '', 'x' || CAST(1 AS STRING);
SELECT UPPER('straße'), LOWER('ÀÉ'), UPPER(''), UPPER(CAST(NULL AS STRING)), INITCAP('hello WORLD foo-bar');
SELECT CHAR_LENGTH(''), CHAR_LENGTH('日本'), CHAR_LENGTH('😀'), CHAR_LENGTH(CAST(NULL AS STRING)), CHAR_LENGTH(CAST('ab' AS CHAR(5)));
SELECT REPLACE('hello', 'l', 'LL'), REPLACE('aaa', 'aa', 'b'), REPLACE('abc', 'x', 'y'), REPLACE(CAST(NULL AS STRING), 'a', 'b'), REPLACE('abc', CAST(NULL AS STRING), 'b');
SELECT ASCII('abc'), ASCII(''), ASCII('é'), CHR(97), CHR(353), CHR(-1);
SELECT s, n, LPAD(s, n, p), RPAD(s, n, p) FROM (VALUES ('hi', 5, 'ab'), ('hello', 3, 'x'), ('hi', -1, 'x'), ('hi', 4, ''), ('日', 3, '本'), ('', 2, 'z'), ('hi', 0, 'x'), (CAST(NULL AS STRING), 3, 'x')) AS t(s, n, p);
