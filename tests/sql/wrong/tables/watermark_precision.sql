CREATE TABLE t (
  ts TIMESTAMP(6),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'print');
