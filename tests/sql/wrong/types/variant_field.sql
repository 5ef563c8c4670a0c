CREATE TABLE t (payload STRING, v AS PARSE_JSON(payload)) WITH ('connector' = 'datagen');
SELECT t.v.a FROM t;
