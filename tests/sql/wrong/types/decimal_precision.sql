CREATE TABLE t (a DECIMAL(40, 2)) WITH ('connector' = 'print');
SELECT CAST(1 AS DECIMAL(39, 1));
