CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
CREATE TABLE w (id INT, s STRING, t STRING, n INT)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
SELECT id, id + 1, id + 2, id + 3, id + 4, id + 5, id * 2, id * 3, id % 2, id / 2, -id, CAST(id AS STRING), CAST(id AS DOUBLE), id > 3, id IS NULL FROM n;
SELECT id FROM n WHERE id > 1 AND id < 7 AND (i > 0 OR s = 'min') AND NOT (id = 2) AND COALESCE(d, 0e0) < 1e300;
SELECT CHAR_LENGTH(s) + n, UPPER(SUBSTRING(s, 1, 1)) || LOWER(SUBSTRING(s, 2)) FROM w WHERE s IS NOT NULL AND n > 0;
SELECT id, TRIM(REPLACE(UPPER(s), 'L', '1')) AS t FROM w WHERE CHAR_LENGTH(TRIM(s)) > 5;
SELECT SPLIT_INDEX(s, ' ', 0) AS first_word, COUNT(*) FROM w GROUP BY SPLIT_INDEX(s, ' ', 0);
SELECT ((id + 1) * (id - 1)) / (id + 1) - id, (id * 7 + 3) % 5, ABS(-id) + MOD(id, 3) * 2 FROM n;
SELECT id, CAST(dc * 100 AS INT), CAST(ROUND(dc, 1) AS STRING), CAST(FLOOR(dc) AS INT) + CEIL(dc) FROM n WHERE id NOT IN (2, 3);
SELECT id, s FROM w WHERE REGEXP(s, '^[a-z]') AND s NOT LIKE '%,%';
