CREATE TABLE b (id INT, item STRING, price INT, ts TIMESTAMP(3), local_ts AS ts + INTERVAL '2' HOUR, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT id, ts, local_ts FROM b WHERE id < 3;
SELECT window_start, window_end, MAX(local_ts), COUNT(*) FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
CREATE TABLE c (id INT, ts STRING, event_time AS TO_TIMESTAMP(ts), WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT window_start, window_end, COUNT(*), SUM(id) FROM TABLE(TUMBLE(TABLE c, DESCRIPTOR(event_time), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT event_time, ts FROM c WHERE id = 6;
CREATE TABLE d (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS CASE WHEN id > 5 THEN ts - INTERVAL '1' SECOND ELSE ts - INTERVAL '1' MINUTE END)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT id, CURRENT_WATERMARK(ts) FROM d;
SELECT window_start, window_end, COUNT(*), SUM(id) FROM TABLE(TUMBLE(TABLE d, DESCRIPTOR(ts), INTERVAL '5' MINUTES)) GROUP BY window_start, window_end;
CREATE TABLE e (id INT, r ROW<ts2 STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT id, CURRENT_WATERMARK(ts), ts <= CURRENT_WATERMARK(ts) FROM e;
