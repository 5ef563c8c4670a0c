-- weir: order: any
CREATE TABLE src (id INT, s STRING, n INT) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
CREATE TABLE out1 (line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/file_sink_raw', 'format' = 'raw');
INSERT INTO out1 SELECT 'id=' || CAST(id AS STRING) FROM src;
SELECT line FROM out1;
SELECT COUNT(*) FROM out1;
