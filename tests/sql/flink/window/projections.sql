CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT item, window_start FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) WHERE price > 3;
SELECT window_start, price FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) WHERE item IS NULL;
SELECT CAST(window_start AS STRING) AS s, DATE_FORMAT(window_end, 'HH:mm') AS e, SUM(price) FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_start, SUM(price * 2) + 1, COUNT(*) * 10 FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT s, c FROM (SELECT window_start AS s, COUNT(*) AS c FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end) WHERE c > 1;
SELECT window_start, window_end, COUNT(*) FROM TABLE(TUMBLE((SELECT ts, price FROM bids WHERE price > 2), DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, TIMESTAMPDIFF(MINUTE, window_start, window_end), COUNT(*) FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
WITH w AS (SELECT * FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES))) SELECT window_start, window_end, MAX(price) FROM w GROUP BY window_start, window_end;
CREATE TEMPORARY VIEW cheap AS SELECT id, price, ts FROM bids WHERE price < 5;
SELECT window_start, window_end, COUNT(*), SUM(price) FROM TABLE(TUMBLE(TABLE cheap, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
