-- weir: order: any
CREATE TEMPORARY VIEW j AS SELECT * FROM (VALUES (1, '{"a": 1, "b": "text", "c": null, "d": [1, 2, {"e": 3}], "f": {"g": true}}'), (2, '[1, 2, 3]'), (3, '"scalar"'), (4, 'not json'), (5, ''), (6, CAST(NULL AS STRING)), (7, '{"a": 1.50, "b": "é\"q", "d": []}'), (8, 'null'), (9, '{"a": {"b": [10, 20]}, "b": 12345678901234567890}')) AS t(id, s);
SELECT id, JSON_VALUE(s, '$.a'), JSON_VALUE(s, '$.b'), JSON_VALUE(s, '$.c'), JSON_VALUE(s, '$.missing') FROM j;
SELECT id, JSON_VALUE(s, '$.d[1]'), JSON_VALUE(s, '$.d[2].e'), JSON_VALUE(s, '$.f.g'), JSON_VALUE(s, '$.d'), JSON_VALUE(s, '$[0]') FROM j;
SELECT id, JSON_VALUE(s, '$'), JSON_VALUE(s, 'lax $.a'), JSON_VALUE(s, '$.a.b[1]') FROM j;
SELECT id, JSON_VALUE(s, '$.a' RETURNING INTEGER), JSON_VALUE(s, '$.f.g' RETURNING BOOLEAN), JSON_VALUE(s, '$.b' RETURNING STRING) FROM j WHERE id IN (1, 4, 6);
SELECT id, JSON_VALUE(s, '$.a' RETURNING DOUBLE) FROM j WHERE id IN (4, 6, 7);
SELECT id, JSON_VALUE(s, '$.missing' DEFAULT 'none' ON EMPTY), JSON_VALUE(s, '$.d' DEFAULT 'bad' ON ERROR), JSON_VALUE(s, '$.c' DEFAULT 'none' ON EMPTY) FROM j;
SELECT id, JSON_VALUE(s, 'lax $.missing' DEFAULT 'none' ON EMPTY), JSON_VALUE(s, 'lax $.d' DEFAULT 'none' ON EMPTY DEFAULT 'bad' ON ERROR), JSON_VALUE(s, 'lax $.c' DEFAULT 'none' ON EMPTY) FROM j;
SELECT id, JSON_VALUE(s, 'strict $.missing' DEFAULT 'e' ON EMPTY DEFAULT 'x' ON ERROR), JSON_VALUE(s, 'lax $.missing' NULL ON EMPTY NULL ON ERROR) FROM j;
SELECT JSON_VALUE('{"a": true}', '$.a'), JSON_VALUE('{"a": 17}', '$.a' RETURNING INTEGER), JSON_VALUE('{"a": {"b": 1}}', '$.a.b'), JSON_VALUE('{"a b": 1}', '$.[''a b'']'), JSON_VALUE('[1, [2, 3]]', '$[1][0]');
SELECT JSON_VALUE('{"a": 1e3}', '$.a'), JSON_VALUE('{"a": 1.0}', '$.a'), JSON_VALUE('{"a": 0.1e-10}', '$.a'), JSON_VALUE('{"a": 123456789012}', '$.a'), JSON_VALUE('{"a": ""}', '$.a');
SELECT JSON_VALUE(CAST(NULL AS STRING), '$.a'), JSON_VALUE('{"a":[1,2,3]}', '$.a[last]'), JSON_VALUE('{"a":[{"b":1},{"b":2}]}', '$.a[*].b');
