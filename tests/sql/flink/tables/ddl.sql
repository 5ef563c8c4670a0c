CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
CREATE TABLE IF NOT EXISTS n (other INT) WITH ('connector' = 'print');
SELECT id FROM n WHERE id = 1;
DROP TABLE n;
DROP TABLE IF EXISTS n;
CREATE TEMPORARY TABLE n (id INT, s STRING COMMENT 'the text', PRIMARY KEY (id) NOT ENFORCED) COMMENT 'a table' WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT * FROM n WHERE id < 3;
CREATE TABLE `odd name` (`select` INT, `a b` STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '1', 'fields.select.kind' = 'sequence', 'fields.select.start' = '1', 'fields.select.end' = '1', 'fields.a b.kind' = 'sequence', 'fields.a b.start' = '7', 'fields.a b.end' = '7');
SELECT `select`, `a b` FROM `odd name`;
CREATE TABLE big (id INT NOT NULL, v DECIMAL, t TIMESTAMP, l TIMESTAMP_LTZ, c CHAR, ts TIMESTAMP WITHOUT TIME ZONE, vc VARCHAR, b BYTES, r ROW<a INT, b ROW(c STRING)>, m MAP<STRING, ARRAY<INT>>) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT * FROM big WHERE id = 1;
