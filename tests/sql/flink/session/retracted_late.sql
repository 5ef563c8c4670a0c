-- weir: order: session
CREATE TABLE v (id INT, u INT, page STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/visits.json', 'format' = 'json');
SELECT window_start, window_end, COUNT(*), SUM(n), MAX(id), COUNT(DISTINCT page) FROM TABLE(SESSION((SELECT ts, n, id, page FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY id DESC) AS rn FROM v) WHERE rn <= 7), DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT id, window_start, window_end FROM TABLE(SESSION((SELECT ts, n, id, page FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY id DESC) AS rn FROM v) WHERE rn <= 7), DESCRIPTOR(ts), INTERVAL '4' SECOND));
SELECT SESSION_START(ts, INTERVAL '4' SECOND), SESSION_END(ts, INTERVAL '4' SECOND), COUNT(*), MIN(n), MAX(n) FROM (SELECT ts, n, id FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY id DESC) AS rn FROM v) WHERE rn <= 3) GROUP BY SESSION(ts, INTERVAL '4' SECOND);
