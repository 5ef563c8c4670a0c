CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3))
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT * FROM (SELECT id, RANK() OVER (PARTITION BY item ORDER BY price) AS rn FROM bids) WHERE rn <= 2;
SELECT * FROM (SELECT id, DENSE_RANK() OVER (PARTITION BY item ORDER BY price) AS rn FROM bids) WHERE rn <= 2;
SELECT id FROM bids WHERE ROW_NUMBER() OVER (PARTITION BY item ORDER BY price) <= 2;
SELECT * FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY item) AS rn FROM bids) WHERE rn <= 2;
SELECT * FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY nope ORDER BY price) AS rn FROM bids) WHERE rn <= 2;
