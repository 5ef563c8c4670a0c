CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'jsno');
SELECT * FROM t;
