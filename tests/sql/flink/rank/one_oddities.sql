-- weir: differs: of a Top-1 by several columns Flink emits +U without the -U before it
CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3))
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT * FROM (SELECT id, item, ROW_NUMBER() OVER (PARTITION BY item ORDER BY price DESC, id DESC) AS rn FROM bids) WHERE rn = 1;
SELECT id, item FROM (SELECT id, item, ROW_NUMBER() OVER (PARTITION BY item ORDER BY price, ts DESC) AS rn FROM bids) WHERE rn <= 1;
