-- weir: order: any
SELECT 1 AS `a.b`, 2 AS `with space`, 3 AS `日本`;
SELECT `order`, `timestamp` FROM (VALUES (1, 2)) AS t(`order`, `timestamp`);
SELECT A, a FROM (VALUES (1, 2)) AS t(A, a);
SELECT `t`.`x` FROM (VALUES (5)) AS `t`(`x`);
SELECT 'it''s' AS q, '' AS e, 'a"b' AS d, 'tab	in' AS tab;
select 1 as x union all select 2;
SELECT x -- a comment
  , y /* another
  one */ FROM (VALUES (1, 2)) AS t(x, y);
SELECT 'a -- no comment' AS a, '/* nor this */' AS b;
SELECT 1 + /* inside */ 2;
SELECT U&'\00e9' AS u, _UTF8'abc' AS c;
SELECT X'01ff' AS bin;
CREATE TABLE q (x INT) WITH ('connector' = 'datagen', 'number-of-rows' = '1', 'fields.x.kind' = 'sequence', 'fields.x.start' = '5', 'fields.x.end' = '5');
SELECT q.x, default_catalog.default_database.q.x FROM default_catalog.default_database.q;
SELECT x FROM default_database.q AS y WHERE y.x = 5;
SELECT default_database.q.x, default_catalog.default_database.q.x AS y FROM q;
SELECT default_database.q.* FROM q AS q;
SELECT q.*, x FROM q;
