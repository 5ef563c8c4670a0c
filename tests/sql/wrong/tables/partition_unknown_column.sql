CREATE TABLE t (id INT, d DATE) PARTITIONED BY (dd) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'json');
