-- weir: order: session
CREATE TABLE v (id INT, u INT, page STRING, n INT, d DECIMAL(6, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/visits.json', 'format' = 'json');
SELECT u, window_start, window_end, COUNT(*), COUNT(n), SUM(n), MIN(n), MAX(n), AVG(n), SUM(d), AVG(d), MAX(page), MIN(CAST(ts AS STRING)) FROM TABLE(SESSION(TABLE v PARTITION BY u, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY u, window_start, window_end;
SELECT u, window_start, window_end, COUNT(DISTINCT page), COUNT(DISTINCT n), SUM(DISTINCT n), AVG(DISTINCT d) FROM TABLE(SESSION(TABLE v PARTITION BY u, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY u, window_start, window_end;
SELECT u, window_start, window_end, COUNT(*) FILTER (WHERE page = 'cart'), SUM(n) FILTER (WHERE n > 2), COUNT(DISTINCT page) FILTER (WHERE n > 2), COUNT(DISTINCT n) FROM TABLE(SESSION(TABLE v PARTITION BY u, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY u, window_start, window_end;
SELECT u, window_start, window_end, STDDEV_POP(CAST(n AS DOUBLE)), VAR_SAMP(n), VAR_POP(d) FROM TABLE(SESSION(TABLE v PARTITION BY u, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY u, window_start, window_end;
SELECT page, u, window_start, window_end, COUNT(*), SUM(n) FROM TABLE(SESSION(TABLE v PARTITION BY (page, u), DESCRIPTOR(ts), INTERVAL '20' SECOND)) GROUP BY u, page, window_start, window_end;
SELECT window_start, window_end, COUNT(*), SUM(n), COUNT(DISTINCT u) FROM TABLE(SESSION(TABLE v, DESCRIPTOR(ts), INTERVAL '4' SECOND)) GROUP BY window_start, window_end;
SELECT u, SESSION_START(ts, INTERVAL '7' SECOND), SESSION_END(ts, INTERVAL '7' SECOND), SUM(n), COUNT(DISTINCT page) FROM v GROUP BY SESSION(ts, INTERVAL '7' SECOND), u;
CREATE TABLE hasty (id INT, u INT, page STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/visits.json', 'format' = 'json');
SELECT u, window_start, window_end, COUNT(*), SUM(id), COUNT(DISTINCT page) FROM TABLE(SESSION(TABLE hasty PARTITION BY u, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY u, window_start, window_end;
SELECT window_start, window_end, COUNT(*), SUM(id), COUNT(DISTINCT page) FROM TABLE(SESSION(TABLE hasty, DESCRIPTOR(ts), INTERVAL '3' SECOND)) GROUP BY window_start, window_end;
