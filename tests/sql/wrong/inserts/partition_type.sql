CREATE TABLE t (v INT, d BYTES) PARTITIONED BY (d) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'json');
INSERT INTO t VALUES (1, x'01');
