CREATE TABLE t (id INT) WITH ('connector' = 'datagen');
CREATE VIEW v AS SELECT id FROM t;
DROP TABLE t;
SELECT * FROM v;
