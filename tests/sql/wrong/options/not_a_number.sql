CREATE TABLE t (id INT) WITH ('connector' = 'datagen', 'number-of-rows' = 'many');
SELECT * FROM t;
