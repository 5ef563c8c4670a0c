CREATE TABLE c (id INT, s STRING, d DECIMAL(5, 2), b BOOLEAN, dt DATE, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/full.csv', 'format' = 'csv');
SELECT * FROM c;
SELECT id, ts FROM c WHERE b;
SELECT SUM(d) FROM c;
CREATE TABLE n (id INT, s STRING, d DECIMAL(5, 2), b BOOLEAN, dt DATE, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/plain.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT * FROM n;
SELECT b, COUNT(*) FROM n GROUP BY b;
CREATE TABLE semi (id INT, a STRING, b STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/semicolon.csv', 'format' = 'csv', 'csv.field-delimiter' = ';', 'csv.quote-character' = '''', 'csv.allow-comments' = 'true', 'csv.null-literal' = 'NULL');
SELECT * FROM semi;
