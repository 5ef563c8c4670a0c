CREATE TABLE t (id INT NOT NULL, name STRING) WITH ('connector' = 'blackhole');
INSERT INTO t (name) VALUES ('x');
