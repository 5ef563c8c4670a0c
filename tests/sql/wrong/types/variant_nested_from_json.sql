CREATE TABLE t (id INT, parts ARRAY<ROW<v VARIANT>>) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'json');
SELECT id FROM t;
