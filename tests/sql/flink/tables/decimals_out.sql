-- weir: order: any
CREATE TABLE o (id INT, dc DECIMAL(10, 2), d10 DECIMAL(10, 0), d38 DECIMAL(38, 20), d DOUBLE, f FLOAT) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/decimals_json', 'format' = 'json');
CREATE TABLE ol (line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/decimals_json', 'format' = 'raw');
INSERT INTO o VALUES (1, 100.00, 100, CAST('0.00000000000000000001' AS DECIMAL(38,20)), 100e0, CAST(1.5 AS FLOAT)), (2, 0.00, 0, 0, 1e20, CAST(1e10 AS FLOAT)), (3, 12345.60, 1234567890, 123456789, 1e-5, CAST(0 AS FLOAT)), (4, -1.10, -10, -100, 5e0, CAST(3.4e38 AS FLOAT));
SELECT line FROM ol;
SELECT * FROM o;
CREATE TABLE plain (id INT, dc DECIMAL(10, 2), d10 DECIMAL(10, 0), d38 DECIMAL(38, 20)) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/decimals_plain', 'format' = 'json', 'json.encode.decimal-as-plain-number' = 'true');
INSERT INTO plain SELECT id, dc, d10, d38 FROM o;
CREATE TABLE plain_lines (line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/decimals_plain', 'format' = 'raw');
SELECT line FROM plain_lines;
CREATE TABLE p (id INT, dc DECIMAL(10, 2), d10 DECIMAL(10, 0), d38 DECIMAL(38, 20), d DOUBLE, f FLOAT) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/decimals_csv', 'format' = 'csv');
CREATE TABLE pl (line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/decimals_csv', 'format' = 'raw');
INSERT INTO p SELECT * FROM o;
SELECT line FROM pl;
SELECT * FROM p;
