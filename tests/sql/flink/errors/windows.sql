CREATE TABLE bids (id INT, item STRING, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT window_end, COUNT(*) FROM TABLE(HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '4' MINUTES, INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, COUNT(*) FROM TABLE(CUMULATE(TABLE bids, DESCRIPTOR(ts), INTERVAL '3' MINUTES, INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(price), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE nowhere, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
CREATE TABLE bad (id INT, ts TIMESTAMP(6), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
CREATE TABLE bad (id INT, ts STRING, WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
CREATE TABLE bad (id INT, WATERMARK FOR nope AS nope) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids.json', 'format' = 'json');
SELECT TUMBLE_START(ts, INTERVAL '5' MINUTE) FROM bids GROUP BY TUMBLE(ts, INTERVAL '10' MINUTE);
CREATE TABLE b (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids_null_time.json', 'format' = 'json');
SELECT window_start, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
SELECT HOP_END(ts, INTERVAL '5' MINUTE, INTERVAL '20' MINUTE) FROM bids GROUP BY HOP(ts, INTERVAL '5' MINUTE, INTERVAL '10' MINUTE);
SELECT HOP_START(ts, INTERVAL '10' MINUTE) FROM bids GROUP BY TUMBLE(ts, INTERVAL '10' MINUTE);
