-- weir: order: window
CREATE TABLE b (id INT, item STRING, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT window_start, window_end, STDDEV_POP(price), STDDEV_SAMP(price), VAR_POP(CAST(price AS DOUBLE)), VAR_SAMP(CAST(price AS DECIMAL(8, 2))) FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_start, window_end, STDDEV_POP(price), STDDEV_SAMP(price), VAR_POP(CAST(price AS DOUBLE)), VAR_SAMP(CAST(price AS DECIMAL(8, 2))) FROM TABLE(HOP(TABLE b, DESCRIPTOR(ts), INTERVAL '5' MINUTES, INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT TUMBLE_START(ts, INTERVAL '10' MINUTE), STDDEV_POP(price), VAR_SAMP(price), VAR_POP(CAST(price AS DOUBLE)), COUNT(*) FROM (SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY ts DESC) AS rn FROM b) WHERE rn = 1) GROUP BY TUMBLE(ts, INTERVAL '10' MINUTE);
