CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'json', 'json.ignore-parse-errors' = 'yes');
SELECT * FROM t;
