CREATE TABLE t (v VARIENT) WITH ('connector' = 'print');
