SELECT JSON_OBJECT('😀' VALUE 1, 'ｚ' VALUE 2, 'a' VALUE 3);
SELECT JSON_QUERY('{"😀":1,"ｚ":2,"a":3}', '$');
SELECT JSON_OBJECTAGG(KEY k VALUE n) FROM (VALUES ('😀', 1), ('ｚ', 2), ('a', 3)) AS t(k, n);
