-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'plain'), (2, 'q"uote'), (3, 'back\slash/'), (4, ''), (5, CAST(NULL AS STRING)), (6, 'é日'), (7, 'a' || CHR(9) || 'b' || CHR(10)), (8, '"quoted"'), (9, '"\u00e9"'), (10, '"bad'), (11, '[1, "a"]'), (12, '{"a":1}')) AS t(id, s);
SELECT id, JSON_QUOTE(s), JSON_UNQUOTE(JSON_QUOTE(s)) FROM v;
SELECT id, JSON_UNQUOTE(s) FROM v;
SELECT id, JSON_STRING(s) FROM v;
SELECT JSON_STRING(1), JSON_STRING(1.5), JSON_STRING(TRUE), JSON_STRING(CAST(NULL AS INT)), JSON_STRING(ARRAY[1, 2]), JSON_STRING(MAP['k', 'v']), JSON_STRING(ROW(1, 'a'));
SELECT JSON_OBJECT('k' VALUE JSON('{"b": 1.50, "a": [1, 2]}')), JSON_ARRAY(JSON('[1, 2]')), JSON_OBJECT('k' VALUE JSON(s)) FROM v WHERE id IN (4, 5, 8, 11, 12);
SELECT TYPEOF(JSON_QUOTE('a')), TYPEOF(JSON_UNQUOTE('"a"')), TYPEOF(JSON_STRING(1));
