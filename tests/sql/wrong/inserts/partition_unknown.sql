CREATE TABLE t (v INT, date_of STRING) PARTITIONED BY (date_of) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'json');
INSERT INTO t PARTITION (date_fo = '1') SELECT 1;
