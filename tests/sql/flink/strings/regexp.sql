-- weir: order: any
CREATE TABLE w (id INT, s STRING, t STRING, n INT)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
SELECT id, REGEXP_EXTRACT(s, '([a-z]+) ([a-z]+)', 1), REGEXP_EXTRACT(s, '([a-z]+) ([a-z]+)', 2), REGEXP_EXTRACT(s, '([a-z]+) ([a-z]+)', 0) FROM w;
SELECT id, REGEXP_EXTRACT(s, '[a-z]+'), REGEXP_EXTRACT(s, t), REGEXP_EXTRACT(s, '(.)$', 1) FROM w;
SELECT REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2), REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 1), REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 0), REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)');
SELECT REGEXP_EXTRACT('abc', 'x'), REGEXP_EXTRACT('abc', '(', 0), REGEXP_EXTRACT('abc', 'b', 5), REGEXP_EXTRACT('abc', 'b', -1), REGEXP_EXTRACT(CAST(NULL AS STRING), 'b');
SELECT REGEXP_EXTRACT('a1b22', '\d+'), REGEXP_EXTRACT('a1b22', '\d+$'), REGEXP_EXTRACT('key=val', '(\w+)=(\w+)', 2), REGEXP_EXTRACT('Ab', '(?i)aB');
SELECT REGEXP_EXTRACT('aab', '(a)\1'), REGEXP_EXTRACT('foobar', 'foo(?=bar)'), REGEXP_EXTRACT('日本語', '本.');
SELECT id, REGEXP_REPLACE(s, '[aeiou]', '*'), REGEXP_REPLACE(s, 'l+', ''), REGEXP_REPLACE(s, '(\w) (\w)', '$2 $1') FROM w;
SELECT s, p, REGEXP_REPLACE(s, p, r), REGEXP_REPLACE(s, p, '') FROM (VALUES ('foobar', 'oo|ar', ''), ('abc', 'x', 'y'), ('abc', '', '-'), ('abc', '(', 'y'), (CAST(NULL AS STRING), 'a', 'b'), ('a.b.c', '.', 'x'), ('a.b.c', '\.', 'x'), ('xyz', '(y)', '[$1]')) AS t(s, p, r);
SELECT id, REGEXP(s, 'l+'), REGEXP(s, '^h'), REGEXP(s, t) FROM w;
SELECT REGEXP('abc', 'b'), REGEXP('abc', '('), REGEXP('abc', ''), REGEXP('abc', '^b'), REGEXP(CAST(NULL AS STRING), 'a');
SELECT REGEXP_COUNT('hello world', 'o'), REGEXP_INSTR('hello world', 'o'), REGEXP_SUBSTR('hello world', 'w.*'), REGEXP_COUNT('abc', 'x'), REGEXP_EXTRACT_ALL('a1b2', '([a-z])\d', 1);
