CREATE TABLE t (id INT, c AS id + 1, d AS c + 1) WITH ('connector' = 'print');
