CREATE TABLE t (id INT, c AS idd + 1) WITH ('connector' = 'print');
