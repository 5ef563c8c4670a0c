CREATE TABLE a (x INT) WITH ('connector' = 'print')
CREATE TABLE b (x INT) WITH ('connector' = 'print');
