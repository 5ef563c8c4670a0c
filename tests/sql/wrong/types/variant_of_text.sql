CREATE TABLE kept (v VARIANT) WITH ('connector' = 'print');
INSERT INTO kept SELECT '1';
