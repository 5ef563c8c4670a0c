CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT FLOOR(ts TO HOUR), COUNT(*) FROM bids GROUP BY FLOOR(ts TO HOUR);
SELECT item, MAX(ts), MIN(ts) FROM bids GROUP BY item;
SELECT id, ts + INTERVAL '1' MINUTE, COALESCE(ts, ts), TIMESTAMPADD(DAY, 1, ts) FROM bids WHERE id < 3;
SELECT id, CASE WHEN id = 1 THEN ts END, CAST(ts AS TIMESTAMP(3)), CAST(ts AS TIMESTAMP(0)) FROM bids WHERE id < 3;
