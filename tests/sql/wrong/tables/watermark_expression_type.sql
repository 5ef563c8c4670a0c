CREATE TABLE t (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS id) WITH ('connector' = 'print');
