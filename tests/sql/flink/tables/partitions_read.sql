-- weir: order: any
CREATE TABLE m (id INT, dt STRING, hr INT, v DOUBLE) PARTITIONED BY (dt, hr) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/by_folder', 'format' = 'json');
SELECT * FROM m;
SELECT id FROM m WHERE dt = 'b/c';
CREATE TABLE m1 (id INT, v DOUBLE, hr INT, dt STRING) PARTITIONED BY (dt) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/by_folder', 'format' = 'json');
SELECT * FROM m1;
CREATE TABLE m2 (id INT, dt STRING, n STRING METADATA FROM 'file.name', x AS dt || '!') PARTITIONED BY (dt) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/by_folder', 'format' = 'json');
SELECT n, x, dt, id FROM m2;
CREATE TABLE m3 (id INT, hr BIGINT) PARTITIONED BY (hr) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/by_folder/dt=a', 'format' = 'json');
SELECT * FROM m3;
CREATE TABLE ty (id INT, d DATE, ts TIMESTAMP(6), `dec` DECIMAL(10, 2), b BOOLEAN) PARTITIONED BY (d, ts, `dec`, b) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/typed_folders', 'format' = 'json');
SELECT id, d, ts, b FROM ty;
CREATE TABLE ty2 (id INT, c CHAR(3), v VARCHAR(2), f DOUBLE) PARTITIONED BY (c, v, f) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/long_folders', 'format' = 'json');
SELECT * FROM ty2;
CREATE TABLE r (id INT, dt STRING, hr INT) PARTITIONED BY (dt, hr) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/by_folder', 'format' = 'json', 'source.path.regex-pattern' = '.*hr=1/.*');
SELECT * FROM r;
CREATE TABLE g (id INT, dt STRING) PARTITIONED BY (dt) WITH ('connector' = 'datagen', 'number-of-rows' = '3', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '3');
SELECT id, CHAR_LENGTH(dt) FROM g;
