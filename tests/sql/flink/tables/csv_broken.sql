CREATE TABLE b (id INT, s STRING, d DATE) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/broken.csv', 'format' = 'csv', 'csv.ignore-parse-errors' = 'true');
SELECT * FROM b;
SELECT COUNT(*), COUNT(id), COUNT(d) FROM b;
CREATE TABLE text_only (id STRING, s STRING, d STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/broken.csv', 'format' = 'csv', 'csv.ignore-parse-errors' = 'true');
SELECT * FROM text_only;
