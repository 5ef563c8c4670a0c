CREATE TABLE t (a STRING, b STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'raw');
SELECT * FROM t;
