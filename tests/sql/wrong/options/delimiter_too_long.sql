CREATE TABLE t (a STRING, b STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'csv', 'csv.field-delimiter' = '||');
SELECT * FROM t;
