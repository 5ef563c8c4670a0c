CREATE TABLE w (id INT, s STRING, t STRING, n INT)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
SELECT id, s LIKE '', s NOT LIKE '' FROM w;
SELECT 'abc' LIKE '', '' LIKE '', 'abc' LIKE '%', '' LIKE '%', '' LIKE '_';
SELECT 'abc' SIMILAR TO '', REGEXP('abc', ''), REGEXP('', ''), REGEXP('abc', '(');
