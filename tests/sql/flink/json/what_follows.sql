SELECT v, v IS JSON, v IS JSON OBJECT, JSON_VALUE(v, '$'), JSON_QUERY(v, '$'), JSON_EXISTS(v, '$') FROM (VALUES ('1 2'), ('{}x'), ('1x'), ('nullx'), ('null x'), ('01'), ('"a" x'), ('"a"x'), ('[1]]'), ('true false'), ('1,2'), ('{} {bad'), ('  7  '), ('"a" "b"')) AS t(v);
SELECT JSON_VALUE('{"a":1} x', '$.a'), JSON_VALUE('{"a":1}{"a":2}', '$.a');
SELECT v, JSON_UNQUOTE(v) FROM (VALUES ('1 2'), ('"a" x'), ('"a"x'), ('"a" ')) AS t(v);
SELECT JSON_OBJECT('a' VALUE JSON('1 2'));
SELECT JSON_OBJECT('a' VALUE JSON('{} x'));
