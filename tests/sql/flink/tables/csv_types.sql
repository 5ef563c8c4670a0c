CREATE TABLE t (id INT, tm TIME, ts TIMESTAMP(3), b BYTES) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/tabs.csv', 'format' = 'csv', 'csv.field-delimiter' = '\t', 'csv.null-literal' = '');
SELECT * FROM t;
CREATE TABLE u (id BIGINT, tm STRING, ts STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/tabs.csv', 'format' = 'csv', 'csv.field-delimiter' = '\t', 'csv.ignore-parse-errors' = 'true');
SELECT * FROM u;
