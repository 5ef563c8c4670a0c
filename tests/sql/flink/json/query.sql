-- weir: order: any
CREATE TEMPORARY VIEW j AS SELECT * FROM (VALUES (1, '{"a": 1, "b": "text", "c": null, "d": [1, 2, {"e": 3}], "f": {"g": true}}'), (2, '[1, 2, 3]'), (3, '"scalar"'), (4, 'not json'), (5, ''), (6, CAST(NULL AS STRING)), (7, '{"a": 1.50, "b": "é\"q", "d": []}'), (8, 'null'), (9, '{"a": {"b": [10, 20]}, "b": 12345678901234567890}')) AS t(id, s);
SELECT id, JSON_QUERY(s, '$.d'), JSON_QUERY(s, '$.f'), JSON_QUERY(s, '$.a'), JSON_QUERY(s, '$') FROM j;
SELECT id, JSON_QUERY(s, '$.a' WITH WRAPPER), JSON_QUERY(s, '$.d' WITH CONDITIONAL WRAPPER), JSON_QUERY(s, '$.d' WITH UNCONDITIONAL WRAPPER), JSON_QUERY(s, '$.d' WITHOUT WRAPPER) FROM j;
SELECT id, JSON_QUERY(s, '$.missing' EMPTY ARRAY ON EMPTY), JSON_QUERY(s, '$.missing' EMPTY OBJECT ON EMPTY), JSON_QUERY(s, '$.a' EMPTY ARRAY ON ERROR) FROM j;
SELECT id, JSON_QUERY(s, 'lax $.missing' EMPTY ARRAY ON EMPTY), JSON_QUERY(s, 'lax $.a' WITH WRAPPER), JSON_QUERY(s, 'lax $.d[9]' EMPTY OBJECT ON EMPTY) FROM j;
SELECT id, JSON_QUERY(s, '$.d[*]' WITH WRAPPER), JSON_QUERY(s, '$.d[2]') FROM j;
SELECT JSON_QUERY('{"b": 1, "a": 2}', '$'), JSON_QUERY('{"a": [1, 2]}', '$.a'), JSON_QUERY('{"a": "x"}', '$.a' WITH WRAPPER), JSON_QUERY('[{"a": 1}, {"a": 2}]', '$[*].a' WITH WRAPPER);
SELECT JSON_QUERY('{"a": [1, "x"]}', '$.a' RETURNING ARRAY<STRING>), JSON_QUERY('{"a": {"z": 1, "y": [true, null, 1.5]}}', '$.a');
SELECT id, JSON_EXISTS(s, '$.a'), JSON_EXISTS(s, '$.c'), JSON_EXISTS(s, '$.missing'), JSON_EXISTS(s, '$.d[2].e') FROM j;
SELECT id, JSON_EXISTS(s, 'lax $.c'), JSON_EXISTS(s, 'strict $.missing' TRUE ON ERROR), JSON_EXISTS(s, 'strict $.missing' FALSE ON ERROR), JSON_EXISTS(s, 'strict $.missing' UNKNOWN ON ERROR) FROM j;
SELECT id, s IS JSON, s IS JSON OBJECT, s IS JSON ARRAY, s IS JSON SCALAR, s IS NOT JSON FROM j;
