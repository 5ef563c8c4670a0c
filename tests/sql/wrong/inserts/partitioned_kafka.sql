CREATE TABLE t (v INT, d STRING) PARTITIONED BY (d) WITH ('connector' = 'kafka', 'topic' = 'a', 'properties.bootstrap.servers' = 'localhost:1', 'format' = 'json');
INSERT INTO t VALUES (1, 'a');
