-- weir: order: any
CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT window_end, c FROM (SELECT window_end, COUNT(*) AS c FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end UNION ALL SELECT window_end, COUNT(*) AS c FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '5' MINUTES)) GROUP BY window_start, window_end);
CREATE TEMPORARY VIEW both_ AS SELECT id, ts FROM bids UNION ALL SELECT id + 100, ts FROM bids;
SELECT window_start, window_end, COUNT(*), MIN(id) FROM TABLE(TUMBLE(TABLE both_, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start, window_end;
