CREATE TABLE l (id INT, millis BIGINT, ts AS TO_TIMESTAMP_LTZ(millis, 3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/millis.json', 'format' = 'json');
SET 'table.local-time-zone' = 'Asia/Tokyo';
SELECT window_start, window_end, window_time, COUNT(*) FROM TABLE(TUMBLE(TABLE l, DESCRIPTOR(ts), INTERVAL '6' HOUR)) GROUP BY window_start, window_end, window_time;
