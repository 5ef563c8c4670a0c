CREATE TABLE iso (id INT, ts TIMESTAMP(3), ltz TIMESTAMP_LTZ(3)) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/iso.json', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601');
SELECT * FROM iso;
CREATE TABLE loose (id INT, a STRING, b STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/loose.json', 'format' = 'json', 'json.ignore-parse-errors' = 'true', 'json.fail-on-missing-field' = 'false');
SELECT * FROM loose;
CREATE TABLE broken (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/broken.json', 'format' = 'json', 'json.ignore-parse-errors' = 'true');
SELECT * FROM broken;
CREATE TABLE deci (id INT, d DOUBLE, dc DECIMAL(10, 2)) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json', 'json.encode.decimal-as-plain-number' = 'true', 'json.map-null-key.mode' = 'DROP', 'json.map-null-key.literal' = 'null');
SELECT * FROM deci WHERE id < 3;
