CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT window_start, window_end, COUNT(*), SUM(price) FROM TABLE(TUMBLE((SELECT ts, price FROM bids WHERE price >= 4 UNION ALL SELECT ts, price FROM bids WHERE price < 4), DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start, window_end;
