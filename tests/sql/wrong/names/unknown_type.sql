CREATE TABLE t (a INTEGR) WITH ('connector' = 'print');
