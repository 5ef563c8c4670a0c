CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
CREATE TABLE w (id INT, s STRING, t STRING, n INT)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
SELECT id, i IN (1, 0, -7), i NOT IN (1, 0, -7) FROM n;
SELECT id, i IN (1, NULL), i NOT IN (1, NULL) FROM n;
SELECT id, s IN ('a', 'min'), s NOT IN ('a', 'min'), s IN ('') FROM n;
SELECT id, i IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 100000) FROM n;
SELECT id, dc IN (1.5, 0.1), d IN (1.5, 0.1), f IN (1.5, 0.1) FROM n;
SELECT id, i IN (id, -7, id + 99993) FROM n;
SELECT id, i BETWEEN 0 AND 10, i NOT BETWEEN 0 AND 10, i BETWEEN 10 AND 0 FROM n;
SELECT id, i BETWEEN SYMMETRIC 10 AND 0, i BETWEEN NULL AND 10, i BETWEEN -100 AND NULL FROM n;
SELECT id, s BETWEEN 'a' AND 'm', dc BETWEEN 0 AND 1.5 FROM n;
SELECT id, s LIKE 'h%', s LIKE '%d', s LIKE '%o%', s LIKE '_%' FROM w;
SELECT id, s LIKE '__lo%', s LIKE '日%', s LIKE '______', s NOT LIKE '%e%', s LIKE s FROM w;
SELECT id, s LIKE t, s LIKE '%' || t || '%' FROM w;
SELECT 'a%c' LIKE 'a!%c' ESCAPE '!', 'abc' LIKE 'a!%c' ESCAPE '!', 'a_c' LIKE 'a\_c' ESCAPE '\', 'a.c' LIKE 'a.c', 'abc' LIKE 'a.c', 'a\c' LIKE 'a\c';
SELECT 'ABC' LIKE 'abc', 'abc' LIKE 'abc', 'abc' LIKE 'ab', 'a(b)*' LIKE 'a(b)*', 'ab' LIKE 'a%b', 'aXXb' LIKE 'a%b%';
SELECT 'abc' SIMILAR TO '(a|x)b.', 'abc' SIMILAR TO 'a', 'abc' NOT SIMILAR TO 'a%', 'aab' SIMILAR TO 'a+b';
