CREATE TABLE t (payload STRING) WITH ('connector' = 'datagen');
SELECT PARSE_JSON(payload)['a'] FROM t;
