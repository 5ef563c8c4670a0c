CREATE TABLE t (v VARIANT(3)) WITH ('connector' = 'print');
