CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT window_start, COUNT(*) AS c FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '5' MINUTES)) GROUP BY window_start, window_end HAVING COUNT(*) > 1;
SELECT window_start, SUM(price) FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '5' MINUTES)) WHERE price IS NOT NULL AND item <> 'A' GROUP BY window_start, window_end;
SELECT window_start, MAX(price) AS m FROM TABLE(HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '5' MINUTES, INTERVAL '10' MINUTES)) GROUP BY window_start, window_end HAVING MAX(price) > 6 AND COUNT(*) >= 2;
SELECT window_end, SUM(price) FROM TABLE(CUMULATE(TABLE bids, DESCRIPTOR(ts), INTERVAL '2' MINUTES, INTERVAL '10' MINUTES)) GROUP BY window_start, window_end HAVING SUM(price) BETWEEN 5 AND 12;
SELECT window_start FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end HAVING MIN(price) IS NULL OR MIN(price) < 2;
SELECT window_start, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) WHERE window_start >= TIMESTAMP '2020-04-15 08:10:00' GROUP BY window_start, window_end;
SELECT s, e, c FROM (SELECT window_start AS s, window_end AS e, COUNT(*) AS c FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end) WHERE e <= TIMESTAMP '2020-04-15 08:20:00';
