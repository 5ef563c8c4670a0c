CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3), p AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT id, item, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY ts DESC) AS rn FROM bids) WHERE rn = 1;
SELECT id, item, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY ts) AS rn FROM bids) WHERE rn = 1;
SELECT id, item FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY p) AS rn FROM bids) WHERE rn = 1;
SELECT id, item FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY p DESC) AS rn FROM bids) WHERE rn = 1;
SELECT id, price, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY price ORDER BY ts DESC) AS rn FROM bids) WHERE rn <= 1;
SELECT COUNT(*), SUM(id) FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY price ORDER BY ts DESC) AS rn FROM bids) WHERE rn = 1;
SELECT window_start, COUNT(*), SUM(id) FROM TABLE(TUMBLE((SELECT id, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY ts) AS rn FROM bids) WHERE rn = 1), DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT id, item, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY ts DESC) AS rn FROM bids) WHERE rn <= 2;
