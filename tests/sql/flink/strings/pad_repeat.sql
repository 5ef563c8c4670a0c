-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'ab', 4), (2, 'ab', 1), (3, '', 3), (4, CAST(NULL AS STRING), 3), (5, 'ab', CAST(NULL AS INT)), (6, '日', 4), (7, 'ab', 0), (8, 'abc', 3)) AS t(id, s, n);
SELECT id, LPAD(s, n, '.'), RPAD(s, n, '.'), LPAD(s, n, 'xyz'), RPAD(s, n, 'xyz') FROM v;
SELECT id, REPEAT(s, n), REPEAT('-', n), REVERSE(s), REVERSE(REPEAT(s, 2)) FROM v;
SELECT REPEAT('ab', 3), REPEAT('ab', 0), REPEAT('ab', -1), REPEAT('', 5), REVERSE(''), REVERSE('a😀b'), REVERSE(CAST(NULL AS STRING));
SELECT LPAD('hi', 4, '??'), LPAD('hi', 1, '??'), RPAD('hi', 4, '??'), RPAD('hi', 1, '??'), LPAD('hi', 6, CAST(NULL AS STRING)), TYPEOF(LPAD('a', 2, 'b')), TYPEOF(REPEAT('a', 2));
