-- A comment before the first statement.
CREATE TABLE t (id INT, /* in the middle */ s STRING) -- and at the end
  WITH ('connector' = 'datagen', 'number-of-rows' = '1', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1', 'fields.s.length' = '3');
select ID from (select id as ID from t);
SeLeCt `id` FrOm `default_catalog`.`default_database`.`t`;
SELECT id, CHAR_LENGTH(s), 'it''s -- no comment', '/* nor this */' FROM t;
SELECT /* multi
line */ id FROM t -- trailing
WHERE id = 1;
