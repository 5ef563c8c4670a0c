-- weir: order: any
CREATE TABLE n (id INT, dt STRING, hr INT) PARTITIONED BY (dt, hr) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/odd_nulls', 'format' = 'csv');
INSERT INTO n VALUES (1, CAST(NULL AS STRING), CAST(NULL AS INT)), (2, '', 5), (3, 'x', 1);
SELECT * FROM n;
CREATE TABLE d (id INT, dt DATE) PARTITIONED BY (dt) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/odd_dates', 'format' = 'csv');
INSERT INTO d VALUES (1, DATE '2026-01-02');
CREATE TABLE lines (f STRING METADATA FROM 'file.path', line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/odd_dates', 'format' = 'raw');
SELECT REGEXP_EXTRACT(f, 'odd_dates/(.*)/part', 1), line FROM lines;
SELECT * FROM d;
CREATE TABLE ty (id INT, d DATE, ts TIMESTAMP(3), `dec` DECIMAL(10, 2), b STRING) PARTITIONED BY (d, ts, `dec`, b) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/typed_folders', 'format' = 'json');
SELECT id, `dec` FROM ty;
SELECT id, ts FROM ty;
CREATE TABLE tm (id INT, t TIME, l TIMESTAMP_LTZ(3)) PARTITIONED BY (t, l) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/odd_times', 'format' = 'csv');
INSERT INTO tm VALUES (1, TIME '03:04:05', CAST(TIMESTAMP '2026-01-02 03:04:05' AS TIMESTAMP_LTZ(3)));
CREATE TABLE tlines (f STRING METADATA FROM 'file.path', line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/odd_times', 'format' = 'raw');
SELECT REGEXP_EXTRACT(f, 'odd_times/(.*)/part', 1), line FROM tlines;
SELECT id, t FROM tm;
SELECT id, l FROM tm;
