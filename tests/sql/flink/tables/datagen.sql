CREATE TABLE g (id INT, x BIGINT, s STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '5', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '5', 'fields.x.kind' = 'sequence', 'fields.x.start' = '-2', 'fields.x.end' = '100', 'fields.s.kind' = 'sequence', 'fields.s.start' = '10', 'fields.s.end' = '14');
SELECT * FROM g;
SELECT id % 2, SUM(x) FROM g GROUP BY id % 2;
CREATE TABLE h (id INT, d DOUBLE) WITH ('connector' = 'datagen', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '3', 'fields.d.kind' = 'sequence', 'fields.d.start' = '1', 'fields.d.end' = '3');
SELECT * FROM h;
CREATE TABLE r (id INT, x INT, s STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '20', 'fields.x.min' = '3', 'fields.x.max' = '5', 'fields.s.length' = '7');
SELECT COUNT(*) FROM r WHERE x BETWEEN 3 AND 5 AND CHAR_LENGTH(s) = 7;
