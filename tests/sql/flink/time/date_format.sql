CREATE TABLE t (id INT, ts TIMESTAMP(3), ltz TIMESTAMP_LTZ(3), d DATE, t TIME(0), n BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/times.json', 'format' = 'json');
SELECT id, DATE_FORMAT(ts, 'yyyy-MM-dd'), DATE_FORMAT(ts, 'HH:mm:ss'), DATE_FORMAT(ts, 'yyyy-MM-dd HH:mm:ss.SSS') FROM t;
SELECT id, DATE_FORMAT(ts, 'yyyyMMdd'), DATE_FORMAT(ts, 'dd/MM/yy'), DATE_FORMAT(ts, 'd M y'), DATE_FORMAT(ts, 'H:m:s') FROM t;
SELECT id, DATE_FORMAT(ltz, 'yyyy-MM-dd HH:mm'), DATE_FORMAT(ts, 'EEE, MMM d'), DATE_FORMAT(ts, 'EEEE MMMM'), DATE_FORMAT(ts, 'hh:mm a') FROM t;
SELECT DATE_FORMAT('2024-02-29 12:34:56', 'yyyy/MM/dd'), DATE_FORMAT('2024-02-29 01:02:03', 'HH'), DATE_FORMAT('nonsense', 'yyyy'), DATE_FORMAT(CAST(NULL AS STRING), 'yyyy'), DATE_FORMAT('2024-02-29', 'MM');
SELECT DATE_FORMAT(TIMESTAMP '2024-02-29 12:34:56.789', 'yyyy-MM-dd''T''HH:mm:ss'), DATE_FORMAT(TIMESTAMP '2024-02-29 12:34:56.789', 'SSS'), DATE_FORMAT(TIMESTAMP '2024-02-29 12:34:56', 'D'), DATE_FORMAT(TIMESTAMP '2024-02-29 12:34:56', 'Q'), DATE_FORMAT(TIMESTAMP '2024-02-29 12:34:56', '');
SET 'table.local-time-zone' = 'Asia/Tokyo';
SELECT id, DATE_FORMAT(ltz, 'yyyy-MM-dd HH:mm'), DATE_FORMAT(ts, 'yyyy-MM-dd HH:mm') FROM t;
