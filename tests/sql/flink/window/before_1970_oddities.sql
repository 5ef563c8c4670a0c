CREATE TABLE f (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/far_before_1970.json', 'format' = 'json');
SELECT window_start, window_end, COUNT(*), SUM(id) FROM TABLE(TUMBLE(TABLE f, DESCRIPTOR(ts), INTERVAL '7' DAY)) GROUP BY window_start, window_end;
SELECT window_start, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE f, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;
SELECT window_start, window_end, COUNT(*) FROM TABLE(HOP(TABLE f, DESCRIPTOR(ts), INTERVAL '12' HOUR, INTERVAL '1' DAY)) GROUP BY window_start, window_end;
SELECT window_start, window_end, COUNT(*) FROM TABLE(CUMULATE(TABLE f, DESCRIPTOR(ts), INTERVAL '6' HOUR, INTERVAL '1' DAY)) GROUP BY window_start, window_end;
SELECT TUMBLE_START(ts, INTERVAL '1' DAY), COUNT(*) FROM f GROUP BY TUMBLE(ts, INTERVAL '1' DAY);
SELECT id, CURRENT_WATERMARK(ts) FROM f;
