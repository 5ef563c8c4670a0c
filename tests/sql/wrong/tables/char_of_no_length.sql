CREATE TABLE t (c VARCHAR(0)) WITH ('connector' = 'print');
