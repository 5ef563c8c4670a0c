CREATE TABLE t (id INT, c AS id + 1, PRIMARY KEY (c) NOT ENFORCED) WITH ('connector' = 'print');
