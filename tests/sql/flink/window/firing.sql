CREATE TABLE e0 (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/edges.json', 'format' = 'json');
SELECT window_end, COUNT(*), SUM(id) FROM TABLE(TUMBLE(TABLE e0, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT id, ts, CURRENT_WATERMARK(ts) FROM e0;
SELECT id FROM e0 WHERE CURRENT_WATERMARK(ts) IS NULL OR ts > CURRENT_WATERMARK(ts);
CREATE TABLE e1 (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/edges.json', 'format' = 'json');
SELECT window_end, COUNT(*), SUM(id) FROM TABLE(TUMBLE(TABLE e1, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT window_end, COUNT(*), SUM(id) FROM TABLE(HOP(TABLE e1, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT window_end, COUNT(*), SUM(id) FROM TABLE(CUMULATE(TABLE e1, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)) GROUP BY window_start, window_end;
SELECT id, CURRENT_WATERMARK(ts) FROM e1;
CREATE TABLE e2 (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS CASE WHEN id % 2 = 0 THEN ts END)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/edges.json', 'format' = 'json');
SELECT id, CURRENT_WATERMARK(ts) FROM e2;
SELECT window_end, COUNT(*), SUM(id) FROM TABLE(TUMBLE(TABLE e2, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
