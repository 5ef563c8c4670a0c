-- weir: order: session
CREATE TABLE c (id INT, k STRING, g STRING, v INT, name STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/clicks.json', 'format' = 'json');
SELECT k, window_start, window_end, COUNT(*), SUM(v) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE c, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT g, k, window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE c PARTITION BY (k, g), DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, g, window_start, window_end;
SELECT g, k, window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE c PARTITION BY (g, k), DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY k, window_end, g, window_start;
SELECT k, window_start, window_end, COUNT(*) FROM TABLE(SESSION(DATA => TABLE c PARTITION BY k, TIMECOL => DESCRIPTOR(ts), GAP => INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, window_end, window_start, window_time, COUNT(*) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end, window_time;
SELECT k, window_start, window_end FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT DISTINCT k, window_start, window_end FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND));
SELECT k, window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end HAVING COUNT(*) > 1;
SELECT k, window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) WHERE v > 2 GROUP BY k, window_start, window_end;
SELECT kk, window_start, window_end, COUNT(*) FROM (SELECT k AS kk, v, window_start, window_end FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) WHERE v > 2) GROUP BY kk, window_start, window_end;
SELECT window_start, window_end, SUM(v) FROM TABLE(SESSION((SELECT k, v, ts FROM c WHERE v > 2), DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT k, window_start, window_end, SUM(v) FROM TABLE(SESSION((SELECT k, v, ts FROM c WHERE v > 2) PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT u, window_start, window_end, SUM(v) FROM TABLE(SESSION((SELECT UPPER(k) AS u, v, ts FROM c) PARTITION BY u, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY u, window_start, window_end;
SELECT v.k, v.window_start, v.window_end, SUM(v.v) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) AS v GROUP BY v.k, v.window_start, v.window_end;
SELECT MAX(v) - MIN(v), k, TIMESTAMPDIFF(SECOND, window_start, window_end) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' DAY)) GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '0.001' SECOND)) GROUP BY k, window_start, window_end;
SELECT v, window_start, window_end, COUNT(*), MAX(name) FROM TABLE(SESSION(TABLE c PARTITION BY v, DESCRIPTOR(ts), INTERVAL '30' SECOND)) GROUP BY v, window_start, window_end;
