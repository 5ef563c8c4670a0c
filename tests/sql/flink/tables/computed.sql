CREATE TABLE c (id INT, i INT, s STRING, twice AS i * 2, up AS UPPER(s), ts AS TIMESTAMP '2024-01-01 00:00:00' + INTERVAL '1' MINUTE * id)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT * FROM c;
SELECT twice, id FROM c WHERE twice > 0;
SELECT up, COUNT(*) FROM c GROUP BY up;
SELECT s, up || s FROM c WHERE id = 6;
CREATE TABLE d (millis BIGINT, id INT, event_time AS TO_TIMESTAMP_LTZ(millis, 3), day_of AS CAST(TO_TIMESTAMP_LTZ(millis, 3) AS DATE), WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/millis.json', 'format' = 'json');
SELECT * FROM d WHERE id < 3;
SELECT day_of, COUNT(*) FROM d GROUP BY day_of;
CREATE TABLE m (id INT, name STRING METADATA FROM 'file.name' VIRTUAL) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
CREATE TABLE m2 (id INT, `file.name` STRING METADATA) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT `file.name`, id FROM m2 WHERE id < 3;
SELECT * FROM m WHERE id = 1;
