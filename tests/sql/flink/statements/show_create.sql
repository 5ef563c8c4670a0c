CREATE TABLE full_table (
  id INT NOT NULL COMMENT 'the key',
  name VARCHAR(20),
  amount DECIMAL(10, 2),
  r ROW<a INT, b STRING>,
  m MAP<STRING, ARRAY<INT>>,
  ts TIMESTAMP(3),
  total AS amount * 2 COMMENT 'doubled',
  pt AS PROCTIME(),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND,
  CONSTRAINT pk PRIMARY KEY (id) NOT ENFORCED
) COMMENT 'all there is' PARTITIONED BY (name) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-none', 'format' = 'json');
SHOW CREATE TABLE full_table;
DESCRIBE full_table;
CREATE TABLE `odd``name` (`a b` INT, `select` STRING) WITH ('connector' = 'print', 'print-identifier' = 'it''s');
SHOW CREATE TABLE `odd``name`;
CREATE TEMPORARY TABLE tmp (x INT) WITH ('connector' = 'blackhole');
SHOW CREATE TABLE tmp;
CREATE VIEW v (a, b) COMMENT 'a view' AS SELECT id, name FROM full_table WHERE amount > 1;
DESCRIBE v;
