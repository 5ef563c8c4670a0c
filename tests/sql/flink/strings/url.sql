-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'a b&c=d/e?f'), (2, ''), (3, 'ä日😀'), (4, '*-._~'), (5, CAST(NULL AS STRING)), (6, '%41%20+'), (7, '%'), (8, '%zz'), (9, 'plain'), (10, '%E6%97%A5')) AS t(id, s);
SELECT id, URL_ENCODE(s), URL_DECODE(URL_ENCODE(s)) FROM v;
SELECT id, URL_DECODE(s) FROM v;
SELECT URL_ENCODE('https://flink.apache.org/?a=1&b=2'), URL_DECODE('https%3A%2F%2Fflink.apache.org%2F'), URL_DECODE('a+b'), URL_DECODE('%4');
SELECT URL_ENCODE(CAST(NULL AS STRING)), URL_DECODE(CAST(NULL AS STRING)), TYPEOF(URL_ENCODE('a')), TYPEOF(URL_DECODE('a'));
