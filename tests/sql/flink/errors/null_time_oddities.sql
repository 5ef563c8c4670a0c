CREATE TABLE b (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/bids_null_time.json', 'format' = 'json');
SELECT id, ts FROM b WHERE id > 11;
