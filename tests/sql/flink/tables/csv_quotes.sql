CREATE TABLE q (id STRING, name STRING, amount STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/quoted.csv', 'format' = 'csv');
SELECT * FROM q;
CREATE TABLE e (id INT, name STRING, b BOOLEAN) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/pipe.csv', 'format' = 'csv', 'csv.field-delimiter' = '|', 'csv.escape-character' = '\', 'csv.null-literal' = 'NULL');
SELECT * FROM e;
CREATE TABLE raw_quotes (id STRING, name STRING, amount STRING, more STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/quoted.csv', 'format' = 'csv', 'csv.disable-quote-character' = 'true', 'csv.ignore-parse-errors' = 'true');
SELECT * FROM raw_quotes;
