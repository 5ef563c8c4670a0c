CREATE TABLE t (id INT) WITH (
  'connector' = 'filesystem',
  'path' = '/tmp/x',
  'format' = 'json',
  'json.ignore-parse-error' = 'true'
);
SELECT * FROM t;
