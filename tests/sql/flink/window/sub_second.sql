CREATE TABLE e0 (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/edges.json', 'format' = 'json');
SELECT window_start, window_end, window_time, COUNT(*) FROM TABLE(TUMBLE(TABLE e0, DESCRIPTOR(ts), INTERVAL '0.5' SECOND)) GROUP BY window_start, window_end, window_time;
SELECT window_start, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE e0, DESCRIPTOR(ts), INTERVAL '0.001' SECOND)) GROUP BY window_start, window_end;
SELECT window_start, window_end, COUNT(*) FROM TABLE(HOP(TABLE e0, DESCRIPTOR(ts), INTERVAL '0.5' SECOND, INTERVAL '1' SECOND)) GROUP BY window_start, window_end;
SELECT window_start, window_end, COUNT(*) FROM TABLE(CUMULATE(TABLE e0, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT window_start, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE e0, DESCRIPTOR(ts), INTERVAL '7' SECOND)) GROUP BY window_start, window_end;
SELECT window_start, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE e0, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '0.999' SECOND)) GROUP BY window_start, window_end;
