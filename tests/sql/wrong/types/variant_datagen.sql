CREATE TABLE t (id INT, v VARIANT) WITH ('connector' = 'datagen');
SELECT id FROM t;
