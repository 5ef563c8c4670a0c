-- weir: order: any
CREATE TEMPORARY VIEW j AS SELECT * FROM (VALUES (1, '{"a": {"b": 1}, "c": [1, "x", null], "s": "text", "n": null}'), (2, '[[1, 2], [3]]'), (3, 'nope'), (4, CAST(NULL AS STRING)), (5, '{"a": [], "c": {}}')) AS t(id, s);
SELECT id, JSON_QUERY(s, '$.a'), JSON_QUERY(s, '$.c'), JSON_QUERY(s, '$.s'), JSON_QUERY(s, '$.zz'), JSON_QUERY(s, '$') FROM j;
SELECT id, JSON_QUERY(s, '$.s' WITH WRAPPER), JSON_QUERY(s, '$.c' WITH CONDITIONAL WRAPPER), JSON_QUERY(s, '$.a' WITH CONDITIONAL WRAPPER), JSON_QUERY(s, '$.c' WITH UNCONDITIONAL ARRAY WRAPPER), JSON_QUERY(s, '$.c' WITHOUT ARRAY WRAPPER) FROM j;
SELECT id, JSON_QUERY(s, 'lax $.zz' EMPTY ARRAY ON EMPTY), JSON_QUERY(s, 'lax $.zz' EMPTY OBJECT ON EMPTY), JSON_QUERY(s, 'lax $.zz' NULL ON EMPTY), JSON_QUERY(s, 'strict $.zz' EMPTY ARRAY ON ERROR), JSON_QUERY(s, 'strict $.zz' EMPTY OBJECT ON ERROR), JSON_QUERY(s, 'strict $.zz' NULL ON ERROR) FROM j;
SELECT id, JSON_QUERY(s, '$.c' RETURNING STRING), JSON_QUERY(s, '$.c' RETURNING ARRAY<STRING>), JSON_QUERY(s, '$[0]' RETURNING ARRAY<STRING>), JSON_QUERY(s, '$.s' RETURNING ARRAY<STRING> WITH WRAPPER) FROM j;
SELECT JSON_QUERY('{"a": {"b": 1}}', '$.a'), JSON_QUERY('[1, 2]', '$'), JSON_QUERY('{"a":[{"c":"c1"},{"c":"c2"}]}', 'lax $.a[*].c'), JSON_QUERY('{"a":[{"c":"c1"},{"c":"c2"}]}', '$.a[*].c' RETURNING ARRAY<STRING>), TYPEOF(JSON_QUERY('{}', '$'));
