CREATE TABLE t (id INT) WITH ('connector' = 'kafak', 'topic' = 'a');
SELECT * FROM t;
