CREATE TABLE t (id INT, `partition` ARRAY<INT> METADATA) WITH ('connector' = 'kafka', 'topic' = 'a', 'properties.bootstrap.servers' = 'localhost:9092', 'format' = 'json');
SELECT * FROM t;
