CREATE TABLE c (id INT, k STRING, g STRING, v INT, name STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/clicks.json', 'format' = 'json');
SELECT window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT k, g, window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, g, window_start, window_end;
SELECT k, window_start, COUNT(*) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start;
SELECT UPPER(k) AS uk, window_start, window_end, COUNT(*), FIRST_VALUE(id), LAST_VALUE(id) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY UPPER(k), window_start, window_end;
SELECT k, window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE c, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, COUNT(*), SUM(v) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k;
SELECT COUNT(*), MAX(window_end) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND));
