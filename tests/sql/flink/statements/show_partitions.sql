-- SHOW PARTITIONS asks the catalog for the partitions of a table; the one in memory has none.
CREATE TABLE p (a INT, d STRING) PARTITIONED BY (d) WITH ('connector' = 'datagen');
CREATE TABLE q (a INT) WITH ('connector' = 'datagen');
SHOW PARTITIONS p;
SHOW PARTITIONS p PARTITION (d = 'x');
SHOW PARTITIONS p PARTITION (a = 1);
