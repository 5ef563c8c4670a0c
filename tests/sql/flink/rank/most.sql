-- weir: order: any
CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3))
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT item, c, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY c DESC, item) AS rn FROM (SELECT item, COUNT(*) AS c FROM bids GROUP BY item)) WHERE rn <= 2;
SELECT item, c FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY c DESC, item) AS rn FROM (SELECT item, COUNT(*) AS c FROM bids GROUP BY item)) WHERE rn <= 3;
SELECT item, odd, m FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY odd ORDER BY m DESC, item) AS rn FROM (SELECT item, id % 2 AS odd, MAX(price) AS m FROM bids GROUP BY item, id % 2)) WHERE rn <= 2;
