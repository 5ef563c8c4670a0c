CREATE TABLE p (id INT, ts TIMESTAMP(3), rt AS COALESCE(ts, TIMESTAMP '2020-04-15 08:20:00'), WATERMARK FOR rt AS rt - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids_null_time.json', 'format' = 'json');
SELECT * FROM p;
SELECT window_start, window_end, COUNT(*), COUNT(ts) FROM TABLE(TUMBLE(TABLE p, DESCRIPTOR(rt), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
CREATE TABLE q (id INT, ts TIMESTAMP(3), rt AS IFNULL(ts, TIMESTAMP '2020-04-15 08:20:00'), WATERMARK FOR rt AS CAST(NULL AS TIMESTAMP(3)))
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids_null_time.json', 'format' = 'json');
SELECT window_start, window_end, COUNT(*), COUNT(ts) FROM TABLE(TUMBLE(TABLE q, DESCRIPTOR(rt), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT id, CURRENT_WATERMARK(rt) FROM q WHERE id < 3;
