-- weir: order: any
SELECT REGEXP_EXTRACT('2024-02-29', '(\d{4})-(\d{2})-(\d{2})', 1), REGEXP_EXTRACT('2024-02-29', '(\d{4})-(\d{2})-(\d{2})', 3), REGEXP_EXTRACT('id=42;', 'id=(\d+)', 1);
SELECT REGEXP_EXTRACT('a.b', 'a\.b'), REGEXP_EXTRACT('tab	x', '\t'), REGEXP_EXTRACT('aXb', '[^a-z]'), REGEXP_EXTRACT('foo', 'o{2}'), REGEXP_EXTRACT('color', 'colou?r');
SELECT REGEXP_EXTRACT('abcabc', '(?:abc){2}'), REGEXP_EXTRACT('abc', '(?<first>a)b', 1), REGEXP_EXTRACT('aaa', 'a+?'), REGEXP_EXTRACT('aaa', 'a*'), REGEXP_EXTRACT('price: 5', '(?<=: )\d');
SELECT REGEXP_EXTRACT('x', '(y)?x', 1), REGEXP_EXTRACT('GET /a/b HTTP', '^(\w+) (\S+)', 2), REGEXP_EXTRACT('a,b', '([^,]*),', 1), REGEXP_EXTRACT('é', '\w'), REGEXP_EXTRACT('日', '\p{L}');
SELECT REGEXP_REPLACE('a1b22c', '[0-9]+', '#'), REGEXP_REPLACE('  a  b ', '\s+', ' '), REGEXP_REPLACE('abc', '^', 'x'), REGEXP_REPLACE('aaa', 'a', 'aa'), REGEXP_REPLACE('abc', '.', '');
SELECT s, REGEXP_EXTRACT(s, p, 1), REGEXP(s, p) FROM (VALUES ('user:ann', 'user:(\w+)'), ('user:', 'user:(\w+)'), ('x', '['), ('x', CAST(NULL AS STRING)), ('k=v', '(k)=(v)')) AS t(s, p);
SELECT REGEXP('abc', 'A'), REGEXP('abc', '(?i)A'), REGEXP('abc', '^abc$'), REGEXP('abc', '^b|c$'), REGEXP('a\nb', 'a.b');
