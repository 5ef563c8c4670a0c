CREATE TABLE t (r ROW<name STRING, age INT>) WITH ('connector' = 'datagen');
SELECT t.r.nme FROM t;
