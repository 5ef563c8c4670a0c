CREATE TABLE f (id INT, s STRING, `file.path` STRING NOT NULL METADATA, n STRING METADATA FROM 'file.name', sz BIGINT METADATA FROM 'file.size', twice AS id * 2, name_length AS CHAR_LENGTH(n)) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
DESCRIBE f;
SELECT id, n, sz, twice, name_length FROM f;
SELECT n, COUNT(*) FROM f GROUP BY n;
SELECT id FROM f WHERE sz > 100 AND n = 'words.json' AND twice > 4;
CREATE TABLE g (id INT, m TIMESTAMP_LTZ(3) METADATA FROM 'file.modification-time' VIRTUAL) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
SELECT id, m > TIMESTAMP '2000-01-01 00:00:00' FROM g;
DESCRIBE g;
