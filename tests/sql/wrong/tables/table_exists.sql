CREATE TABLE t (id INT) WITH ('connector' = 'print');
CREATE TABLE t (id INT) WITH ('connector' = 'print');
