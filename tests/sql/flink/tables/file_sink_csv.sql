-- weir: order: any
CREATE TABLE src (id INT, s STRING, n INT) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
CREATE TABLE out1 (id INT, s STRING, n INT) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/file_sink_csv', 'format' = 'csv');
INSERT INTO out1 SELECT id, s || ',"' || s, n FROM src WHERE id < 3;
CREATE TABLE lines (line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/file_sink_csv', 'format' = 'raw');
SELECT line FROM lines;
SELECT * FROM out1;
CREATE TABLE out2 (id INT, b BOOLEAN, dc DECIMAL(10, 2), d DOUBLE, dt DATE, ts TIMESTAMP(3), s STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/file_sink_csv2', 'format' = 'csv', 'csv.field-delimiter' = ';', 'csv.null-literal' = 'NULL', 'csv.quote-character' = '''');
INSERT INTO out2 VALUES (1, TRUE, 1.50, 2.5e0, DATE '2024-01-02', TIMESTAMP '2024-01-02 03:04:05.678', 'x;y'), (2, CAST(NULL AS BOOLEAN), CAST(NULL AS DECIMAL(10, 2)), CAST(NULL AS DOUBLE), CAST(NULL AS DATE), CAST(NULL AS TIMESTAMP(3)), CAST(NULL AS STRING)), (3, FALSE, 0.00, -1e10, DATE '1970-01-01', TIMESTAMP '1970-01-01 00:00:00.000', 'it''s');
CREATE TABLE lines2 (line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/file_sink_csv2', 'format' = 'raw');
SELECT line FROM lines2;
SELECT * FROM out2;
