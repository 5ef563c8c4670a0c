CREATE TABLE c (id INT, k STRING, g STRING, v INT, name STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/clicks.json', 'format' = 'json');
SELECT k, window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) WHERE id < 0 GROUP BY k, window_start, window_end;
SELECT id, window_start, window_end FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) WHERE id < 0;
SELECT window_start, window_end, COUNT(*) FROM TABLE(SESSION((SELECT * FROM c WHERE id > 100), DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT COUNT(*) FROM c WHERE id < 0 GROUP BY SESSION(ts, INTERVAL '10' SECOND);
