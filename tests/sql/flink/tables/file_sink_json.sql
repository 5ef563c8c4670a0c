-- weir: order: any
CREATE TABLE src (id INT, s STRING, n INT) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
CREATE TABLE out1 (id INT, s STRING, n INT) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/file_sink_json', 'format' = 'json');
INSERT INTO out1 SELECT id, s, n FROM src;
SELECT * FROM out1;
INSERT INTO out1 SELECT id + 100, UPPER(s), n FROM src WHERE id < 3;
SELECT COUNT(*), SUM(id) FROM out1;
CREATE TABLE lines (line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/file_sink_json', 'format' = 'raw');
SELECT line FROM lines WHERE line LIKE '%"id":1%';
CREATE TABLE typed (id INT, b BOOLEAN, dc DECIMAL(10, 2), d DOUBLE, dt DATE, ts TIMESTAMP(3), ar ARRAY<INT>, r ROW<x INT, y STRING>, m MAP<STRING, INT>, bs BYTES) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/file_sink_typed', 'format' = 'json');
INSERT INTO typed VALUES (1, TRUE, 1.50, 2.5e0, DATE '2024-01-02', TIMESTAMP '2024-01-02 03:04:05.678', ARRAY[1, 2], ROW(1, 'a'), MAP['k', 1], x'0102'), (2, CAST(NULL AS BOOLEAN), CAST(NULL AS DECIMAL(10, 2)), CAST(NULL AS DOUBLE), CAST(NULL AS DATE), CAST(NULL AS TIMESTAMP(3)), CAST(NULL AS ARRAY<INT>), CAST(NULL AS ROW<x INT, y STRING>), CAST(NULL AS MAP<STRING, INT>), CAST(NULL AS BYTES));
SELECT * FROM typed;
CREATE TABLE typed_lines (line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/file_sink_typed', 'format' = 'raw');
SELECT * FROM typed_lines;
