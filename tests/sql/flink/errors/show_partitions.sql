-- Of a table without partitions, and of none.
CREATE TABLE q (a INT) WITH ('connector' = 'datagen');
SHOW PARTITIONS q;
SHOW PARTITIONS nosuch;
