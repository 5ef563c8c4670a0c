-- weir: order: window
CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT item, TUMBLE_START(ts, INTERVAL '10' MINUTE) AS ws, COUNT(*), SUM(price) FROM bids GROUP BY item, TUMBLE(ts, INTERVAL '10' MINUTE);
SELECT item, HOP_START(ts, INTERVAL '5' MINUTE, INTERVAL '10' MINUTE) AS ws, HOP_END(ts, INTERVAL '5' MINUTE, INTERVAL '10' MINUTE) AS we, COUNT(*), SUM(price) FROM bids GROUP BY item, HOP(ts, INTERVAL '5' MINUTE, INTERVAL '10' MINUTE);
SELECT TUMBLE_END(ts, INTERVAL '10' MINUTE) AS we, price, COUNT(*) FROM bids GROUP BY TUMBLE(ts, INTERVAL '10' MINUTE), price;
