-- weir: order: any
CREATE TEMPORARY VIEW u AS SELECT * FROM (VALUES (1, 'http://user:pw@example.com:8080/a/b.html?k=v&k2=v2&e=#frag'), (2, 'https://example.com'), (3, 'not a url'), (4, ''), (5, CAST(NULL AS STRING)), (6, 'ftp://h/p?x=1&x=2'), (7, 'http://example.com/?q=a%20b'), (8, 'mailto:a@b.c')) AS t(id, s);
SELECT id, PARSE_URL(s, 'HOST'), PARSE_URL(s, 'PATH'), PARSE_URL(s, 'QUERY'), PARSE_URL(s, 'REF') FROM u;
SELECT id, PARSE_URL(s, 'PROTOCOL'), PARSE_URL(s, 'AUTHORITY'), PARSE_URL(s, 'FILE'), PARSE_URL(s, 'USERINFO') FROM u;
SELECT id, PARSE_URL(s, 'QUERY', 'k'), PARSE_URL(s, 'QUERY', 'x'), PARSE_URL(s, 'QUERY', 'q'), PARSE_URL(s, 'QUERY', 'e'), PARSE_URL(s, 'QUERY', 'none'), PARSE_URL(s, 'HOST', 'k') FROM u;
SELECT id, PARSE_URL(s, 'host'), PARSE_URL(s, 'NOPE'), PARSE_URL(s, CAST(NULL AS STRING)), PARSE_URL(s, 'QUERY', CAST(NULL AS STRING)) FROM u;
