-- weir: order: session
CREATE TABLE strict (id INT, k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/session_late.json', 'format' = 'json');
SELECT k, window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE strict PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE strict, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT k, window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE strict PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, SESSION_START(ts, INTERVAL '10' SECOND), SESSION_ROWTIME(ts, INTERVAL '10' SECOND), COUNT(*), SUM(id) FROM strict GROUP BY k, SESSION(ts, INTERVAL '10' SECOND);
SELECT id, k, window_start, window_end FROM TABLE(SESSION(TABLE strict PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND));
CREATE TABLE one_ms (id INT, k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '0.001' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/session_late.json', 'format' = 'json');
SELECT k, window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE one_ms PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE one_ms, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT k, window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE one_ms PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, SESSION_START(ts, INTERVAL '10' SECOND), SESSION_ROWTIME(ts, INTERVAL '10' SECOND), COUNT(*), SUM(id) FROM one_ms GROUP BY k, SESSION(ts, INTERVAL '10' SECOND);
SELECT id, k, window_start, window_end FROM TABLE(SESSION(TABLE one_ms PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND));
CREATE TABLE ten (id INT, k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/session_late.json', 'format' = 'json');
SELECT k, window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE ten PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE ten, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT k, window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE ten PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, SESSION_START(ts, INTERVAL '10' SECOND), SESSION_ROWTIME(ts, INTERVAL '10' SECOND), COUNT(*), SUM(id) FROM ten GROUP BY k, SESSION(ts, INTERVAL '10' SECOND);
SELECT id, k, window_start, window_end FROM TABLE(SESSION(TABLE ten PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND));
CREATE TABLE almost_ten (id INT, k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '9.999' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/session_late.json', 'format' = 'json');
SELECT k, window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE almost_ten PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE almost_ten, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT k, window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE almost_ten PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, SESSION_START(ts, INTERVAL '10' SECOND), SESSION_ROWTIME(ts, INTERVAL '10' SECOND), COUNT(*), SUM(id) FROM almost_ten GROUP BY k, SESSION(ts, INTERVAL '10' SECOND);
SELECT id, k, window_start, window_end FROM TABLE(SESSION(TABLE almost_ten PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND));
CREATE TABLE patient (id INT, k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/session_late.json', 'format' = 'json');
SELECT k, window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE patient PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
SELECT window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE patient, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT k, window_start, window_end, COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE patient PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end;
SELECT k, SESSION_START(ts, INTERVAL '10' SECOND), SESSION_ROWTIME(ts, INTERVAL '10' SECOND), COUNT(*), SUM(id) FROM patient GROUP BY k, SESSION(ts, INTERVAL '10' SECOND);
SELECT id, k, window_start, window_end FROM TABLE(SESSION(TABLE patient PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND));
