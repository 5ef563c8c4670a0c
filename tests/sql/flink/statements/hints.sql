-- weir: order: any
CREATE TABLE t (id INT) WITH ('connector' = 'datagen', 'number-of-rows' = '3', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '3');
SELECT * FROM t /*+ OPTIONS('number-of-rows' = '1') */;
SELECT * FROM t /*+ OPTIONS('number-of-rows'='2', 'fields.id.start'='2') */ AS x WHERE x.id > 0;
SELECT COUNT(*) FROM (SELECT id FROM t /*+ OPTIONS('number-of-rows' = '2') */);
SELECT a.id FROM t /*+ OPTIONS('number-of-rows' = '1') */ AS a UNION ALL SELECT id FROM t /*+ OPTIONS('number-of-rows' = '1', 'fields.id.start' = '3') */;
CREATE TABLE f (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
SELECT id FROM f /*+ OPTIONS('path' = 'tests/sql/data/numbers.json') */;
SELECT * FROM t;
