CREATE TABLE lines (line STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/lines.txt', 'format' = 'raw');
SELECT line, CHAR_LENGTH(line) FROM lines;
SELECT COUNT(*) FROM lines WHERE line LIKE '%o%';
CREATE TABLE latin (line STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/lines.txt', 'format' = 'raw', 'raw.charset' = 'ISO-8859-1');
SELECT line FROM latin;
CREATE TABLE bytes_of (b BYTES) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/digits.txt', 'format' = 'raw');
SELECT b FROM bytes_of;
CREATE TABLE named (line STRING, n STRING METADATA FROM 'file.name') WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/lines.txt', 'format' = 'raw');
SELECT n, line FROM named;
