-- weir: order: session
CREATE TABLE c (id INT, k STRING, g STRING, v INT, name STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/clicks.json', 'format' = 'json');
SELECT k, window_start, window_end, COUNT(DISTINCT v), SUM(DISTINCT v), MIN(v), MAX(v), COUNT(v) FILTER (WHERE g = 'x'), AVG(v) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, LISTAGG(name), LISTAGG(name, '-') FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) WHERE k <> 'b' OR id < 9 GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, LISTAGG(DISTINCT g), COUNT(DISTINCT g) FILTER (WHERE v > 2) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) WHERE k <> 'b' OR id < 9 GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, STDDEV_POP(v), STDDEV_SAMP(v), VAR_POP(v), VAR_SAMP(v), VARIANCE(v) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, MAX(v + 1) * 2, SUM(CASE WHEN g = 'x' THEN v ELSE 0 END), MIN(name), MAX(CAST(ts AS STRING)) FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, SESSION_START(ts, INTERVAL '10' SECOND), COUNT(DISTINCT v), MIN(v), MAX(v), COUNT(v) FILTER (WHERE g = 'x') FROM c GROUP BY k, SESSION(ts, INTERVAL '10' SECOND);
