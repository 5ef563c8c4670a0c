-- weir: order: any
CREATE TEMPORARY VIEW j AS SELECT * FROM (VALUES (1, '{"store": {"book": [{"title": "A", "price": 8.95, "tags": ["x"]}, {"title": "B", "price": 12.99, "isbn": "i"}], "bicycle": {"color": "red"}}, "a.b": 5, "sp ace": 6, "": 7}')) AS t(id, s);
SELECT JSON_VALUE(s, '$.store.book[0].title'), JSON_VALUE(s, '$.store.book[1].price'), JSON_VALUE(s, '$[''store''][''bicycle''].color'), JSON_VALUE(s, '$["a.b"]'), JSON_VALUE(s, '$[''sp ace'']') FROM j;
SELECT JSON_QUERY(s, '$.store.book[*].title'), JSON_QUERY(s, '$..title') FROM j;
SELECT JSON_VALUE(s, '$.store.book[5].title'), JSON_VALUE(s, 'lax $.store.book[5].title' DEFAULT 'none' ON EMPTY), JSON_EXISTS(s, '$..isbn') FROM j;
SELECT JSON_VALUE('[1, 2, 3]', '$[0]'), JSON_VALUE('[1, 2, 3]', '$[-1]'), JSON_VALUE('[[1], [2, 3]]', '$[1][1]'), JSON_VALUE('5', '$'), JSON_VALUE('"x"', 'lax $'), JSON_VALUE('[1]', 'strict $[0]');
