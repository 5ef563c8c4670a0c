CREATE TABLE kept (v VARIANT) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'csv');
INSERT INTO kept SELECT PARSE_JSON('1');
