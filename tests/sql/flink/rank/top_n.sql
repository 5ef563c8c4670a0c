CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3))
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT id, item, price FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY price DESC) AS rn FROM bids) WHERE rn <= 2;
SELECT id, item, price, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY price DESC) AS rn FROM bids) WHERE rn <= 2;
SELECT id, price FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY price) AS rn FROM bids) WHERE rn <= 3;
SELECT id, price, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY price) AS rn FROM bids) WHERE rn < 4;
SELECT rn, n FROM (SELECT id + 1 AS n, ROW_NUMBER() OVER (PARTITION BY CHAR_LENGTH(item), price > 4 ORDER BY id % 5 DESC, id) AS rn FROM bids WHERE price IS NOT NULL) WHERE rn <= 2 AND n > 3;
SELECT id, rn FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY item ORDER BY ts) AS rn FROM bids) WHERE 2 >= rn;
CREATE TEMPORARY VIEW best AS SELECT item, price, ROW_NUMBER() OVER (PARTITION BY item ORDER BY price DESC) AS place FROM bids;
SELECT item, price FROM best WHERE place <= 1;
SELECT COUNT(*), SUM(price) FROM best WHERE place <= 2;
SELECT MAX(price), MIN(price) FROM best WHERE place <= 2;
