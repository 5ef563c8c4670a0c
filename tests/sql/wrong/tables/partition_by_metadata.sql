CREATE TABLE t (id INT, n STRING METADATA FROM 'file.name') PARTITIONED BY (n) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'json');
