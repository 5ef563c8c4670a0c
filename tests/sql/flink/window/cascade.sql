-- weir: order: window
CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
CREATE TEMPORARY VIEW w1 AS SELECT window_start AS ws, window_end AS we, window_time AS rowtime, item, SUM(price) AS part FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '5' MINUTES)) GROUP BY window_start, window_end, window_time, item;
SELECT * FROM w1;
SELECT window_start, window_end, SUM(part), COUNT(*) FROM TABLE(TUMBLE(TABLE w1, DESCRIPTOR(rowtime), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_start, window_end, item, SUM(part) FROM TABLE(TUMBLE(TABLE w1, DESCRIPTOR(rowtime), INTERVAL '20' MINUTES)) GROUP BY window_start, window_end, item;
SELECT ws, we, SUM(part), COUNT(*) FROM w1 GROUP BY ws, we;
SELECT window_start, window_end, SUM(s) FROM (SELECT window_start, window_end, item, SUM(price) AS s FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end, item) GROUP BY window_start, window_end;
SELECT window_start, window_end, MAX(c) FROM (SELECT window_start, window_end, item, COUNT(*) AS c FROM TABLE(HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '5' MINUTES, INTERVAL '10' MINUTES)) GROUP BY window_start, window_end, item) GROUP BY window_start, window_end;
SELECT item, SUM(s) FROM (SELECT window_start, item, SUM(price) AS s FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '30' MINUTES)) GROUP BY window_start, window_end, item) WHERE item = 'A' GROUP BY item;
