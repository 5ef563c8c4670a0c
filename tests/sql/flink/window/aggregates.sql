CREATE TABLE b (id INT, item STRING, price INT, ts TIMESTAMP(3), d AS CAST(price AS DOUBLE) / 2, dc AS CAST(price AS DECIMAL(5, 2)), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT window_end, COUNT(*), COUNT(price), COUNT(item) FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, SUM(d), AVG(d), MIN(d), MAX(d) FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, SUM(dc), AVG(dc), MIN(dc), MAX(dc) FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, MIN(item), MAX(item), COUNT(DISTINCT item) FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, MIN(CAST(ts AS TIMESTAMP(3))), MAX(CAST(ts AS STRING)), MIN(price > 3) FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, SUM(price), AVG(price), SUM(CAST(price AS BIGINT)), SUM(CAST(price AS TINYINT)) FROM TABLE(HOP(TABLE b, DESCRIPTOR(ts), INTERVAL '5' MINUTES, INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, COUNT(DISTINCT price), SUM(price) FROM TABLE(HOP(TABLE b, DESCRIPTOR(ts), INTERVAL '5' MINUTES, INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, AVG(d), MIN(item) FROM TABLE(CUMULATE(TABLE b, DESCRIPTOR(ts), INTERVAL '5' MINUTES, INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, COUNT(*) FILTER (WHERE item = 'A'), SUM(price) FILTER (WHERE item = 'A') FROM TABLE(CUMULATE(TABLE b, DESCRIPTOR(ts), INTERVAL '5' MINUTES, INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, COUNT(DISTINCT item) FILTER (WHERE price > 3) FROM TABLE(CUMULATE(TABLE b, DESCRIPTOR(ts), INTERVAL '10' MINUTES, INTERVAL '30' MINUTES)) GROUP BY window_start, window_end;
