CREATE TABLE kept (s STRING) WITH ('connector' = 'print');
INSERT INTO kept SELECT PARSE_JSON('1');
