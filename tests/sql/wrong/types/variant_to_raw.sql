CREATE TABLE kept (v VARIANT) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'raw');
INSERT INTO kept SELECT PARSE_JSON('1');
