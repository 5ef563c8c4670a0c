CREATE TABLE t (v INT, d STRING) PARTITIONED BY (d) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'json');
INSERT INTO t PARTITION (d = NULL) SELECT 1;
