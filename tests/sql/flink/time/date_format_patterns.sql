CREATE TABLE t (id INT, ts TIMESTAMP(3), ltz TIMESTAMP_LTZ(3), d DATE, t TIME, n BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/times.json', 'format' = 'json');
SELECT id, DATE_FORMAT(ts, 'yyyy/MM/dd'), DATE_FORMAT(ts, 'yy-M-d'), DATE_FORMAT(ts, 'HH:mm'), DATE_FORMAT(ts, 'hh:mm:ss a'), DATE_FORMAT(ts, 'H:m:s.SSS') FROM t;
SELECT id, DATE_FORMAT(ts, 'EEE, dd MMM yyyy'), DATE_FORMAT(ts, 'EEEE MMMM'), DATE_FORMAT(ts, 'DDD'), DATE_FORMAT(ts, '''day'' D'), DATE_FORMAT(ts, 'QQQ') FROM t;
SELECT id, DATE_FORMAT(ts, 'yyyyMMddHHmmssSSS'), DATE_FORMAT(ts, 'yyyy-MM-dd''T''HH:mm:ss.SSSSSS'), DATE_FORMAT(ts, 'k:K'), DATE_FORMAT(ts, '[yyyy]'), DATE_FORMAT(ts, 'G') FROM t;
SELECT id, DATE_FORMAT(ltz, 'yyyy-MM-dd HH:mm:ss'), DATE_FORMAT(CAST(d AS TIMESTAMP(3)), 'yyyy-MM'), DATE_FORMAT(CAST(NULL AS TIMESTAMP(3)), 'yyyy') FROM t;
SELECT DATE_FORMAT('2024-02-29 12:34:56', 'yyyyMMdd'), DATE_FORMAT('2024-02-29 12:34:56.789', 'SSS'), TYPEOF(DATE_FORMAT('2024-02-29 12:34:56', 'yyyy'));
SET 'table.local-time-zone' = 'America/Los_Angeles';
SELECT id, DATE_FORMAT(ltz, 'yyyy-MM-dd HH:mm'), DATE_FORMAT(ts, 'yyyy-MM-dd HH:mm') FROM t;
