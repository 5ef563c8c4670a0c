-- weir: order: session
CREATE TABLE e (id INT, k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/session_edges.json', 'format' = 'json');
SELECT k, window_start, window_end, COUNT(*), SUM(id), MIN(id), MAX(id) FROM TABLE(SESSION(TABLE e PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE e PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10.001' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE e PARTITION BY k, DESCRIPTOR(ts), INTERVAL '9.999' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, SESSION_START(ts, INTERVAL '10' SECOND), SESSION_END(ts, INTERVAL '10' SECOND), COUNT(*) FROM e GROUP BY k, SESSION(ts, INTERVAL '10' SECOND);
SELECT window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE e, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
