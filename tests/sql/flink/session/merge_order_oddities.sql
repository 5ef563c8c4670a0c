CREATE TABLE c (id INT, k STRING, g STRING, v INT, name STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/clicks.json', 'format' = 'json');
SELECT k, window_start, window_end, LISTAGG(name), LISTAGG(DISTINCT g) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
