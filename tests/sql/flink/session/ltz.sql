-- weir: order: session
CREATE TABLE z (id INT, k STRING, millis BIGINT, ts AS TO_TIMESTAMP_LTZ(millis, 3), WATERMARK FOR ts AS ts - INTERVAL '10' MINUTE)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/session_zone.json', 'format' = 'json');
SELECT k, window_start, window_end, window_time, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE z PARTITION BY k, DESCRIPTOR(ts), INTERVAL '30' MINUTE)) GROUP BY k, window_start, window_end, window_time;
SET 'table.local-time-zone' = 'America/New_York';
SELECT k, window_start, window_end, window_time, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE z PARTITION BY k, DESCRIPTOR(ts), INTERVAL '30' MINUTE)) GROUP BY k, window_start, window_end, window_time;
SELECT k, window_start, window_end, window_time, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE z PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end, window_time;
SELECT id, k, window_start, window_end, window_time FROM TABLE(SESSION(TABLE z PARTITION BY k, DESCRIPTOR(ts), INTERVAL '30' MINUTE));
SELECT k, SESSION_START(ts, INTERVAL '30' MINUTE), SESSION_END(ts, INTERVAL '30' MINUTE), SESSION_ROWTIME(ts, INTERVAL '30' MINUTE), COUNT(*) FROM z GROUP BY k, SESSION(ts, INTERVAL '30' MINUTE);
SET 'table.local-time-zone' = 'Asia/Kolkata';
SELECT k, window_start, window_end, window_time, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE z PARTITION BY k, DESCRIPTOR(ts), INTERVAL '30' MINUTE)) GROUP BY k, window_start, window_end, window_time;
