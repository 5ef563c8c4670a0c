CREATE TABLE t (id INT, d DECIMAL(40, 2)) WITH ('connector' = 'print');
