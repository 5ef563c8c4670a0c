CREATE TABLE t (id INT, ofset BIGINT METADATA) WITH ('connector' = 'kafka', 'topic' = 'a', 'properties.bootstrap.servers' = 'localhost:9092', 'format' = 'json');
SELECT * FROM t;
