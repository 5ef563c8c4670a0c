-- weir: order: any
CREATE TEMPORARY VIEW j AS SELECT * FROM (VALUES (1, '{"a": 1, "b": null, "c": [1, {"d": true}], "e": {}}'), (2, '[1, 2]'), (3, '"s"'), (4, 'nope'), (5, ''), (6, CAST(NULL AS STRING)), (7, 'null'), (8, '12'), (9, '{"a":1,"a":2}'), (10, '{a: 1}'), (11, ' true ')) AS t(id, s);
SELECT id, JSON_EXISTS(s, '$.a'), JSON_EXISTS(s, '$.b'), JSON_EXISTS(s, 'lax $.c[1].d'), JSON_EXISTS(s, 'strict $.zz') FROM j;
SELECT id, JSON_EXISTS(s, 'strict $.zz' TRUE ON ERROR), JSON_EXISTS(s, 'strict $.zz' FALSE ON ERROR), JSON_EXISTS(s, 'strict $.zz' UNKNOWN ON ERROR), JSON_EXISTS(s, 'lax $.zz' TRUE ON ERROR) FROM j;
SELECT id, s IS JSON, s IS JSON VALUE, s IS JSON OBJECT, s IS JSON ARRAY, s IS JSON SCALAR FROM j;
SELECT id, s IS NOT JSON, s IS NOT JSON OBJECT, s IS NOT JSON ARRAY, s IS NOT JSON SCALAR, s IS NOT JSON VALUE FROM j;
SELECT JSON_EXISTS('{"a": true}', '$.a'), JSON_EXISTS('{"a": [{ "b": 1 }]}', '$.a[0].b'), JSON_EXISTS('{"a": true}', 'strict $.b' TRUE ON ERROR), '1' IS JSON, '{"k": []}' IS JSON OBJECT;
