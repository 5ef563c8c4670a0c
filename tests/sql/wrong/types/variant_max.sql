CREATE TABLE t (payload STRING) WITH ('connector' = 'datagen');
SELECT MAX(PARSE_JSON(payload)) FROM t;
