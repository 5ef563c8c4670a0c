CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id % 2, FIRST_VALUE(s), LAST_VALUE(s), FIRST_VALUE(i), LAST_VALUE(d) FROM n GROUP BY id % 2;
SELECT id % 2, LISTAGG(s) FROM n GROUP BY id % 2;
SELECT LISTAGG(s, '-'), LISTAGG(CAST(id AS STRING), '; ') FROM n;
SELECT LISTAGG(s, '') FILTER (WHERE id > 2), LISTAGG(CAST(NULL AS STRING)) FROM n;
SELECT id % 3, LISTAGG(DISTINCT CAST(id % 2 AS STRING)) FROM n GROUP BY id % 3;
CREATE TEMPORARY VIEW sums AS SELECT k, SUM(x) AS s, CAST(SUM(x) AS STRING) AS t FROM (VALUES ('a', 5), ('b', 3), ('a', -4), ('b', 1), ('c', 2), ('b', -9), ('d', 2), ('c', 5), ('d', 8), ('a', 1)) AS t(k, x) GROUP BY k;
SELECT k, FIRST_VALUE(s), LAST_VALUE(s), LISTAGG(t), LISTAGG(k, '/') FROM sums GROUP BY k;
SELECT k, FIRST_VALUE(s) FILTER (WHERE s > 2), LAST_VALUE(t) FILTER (WHERE s > 2) FROM sums GROUP BY k;
CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3))
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
CREATE TEMPORARY VIEW best AS SELECT item, id, price, CAST(id AS STRING) AS name FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY price DESC) AS rn FROM bids) WHERE rn <= 2;
SELECT item, FIRST_VALUE(id), LAST_VALUE(id), FIRST_VALUE(price), LAST_VALUE(price) FROM best GROUP BY item;
SELECT item, LISTAGG(name), LISTAGG(name, ' < ') FILTER (WHERE price > 3) FROM best GROUP BY item;
SELECT item, CHAR_LENGTH(LISTAGG(CAST(price AS STRING), '')) FROM best GROUP BY item;
