-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'abc'), (2, 'a%c'), (3, 'a_c'), (4, 'ABC'), (5, 'ab'), (6, ''), (7, 'abcabc'), (8, 'a.c'), (9, 'a\c'), (10, CAST(NULL AS STRING)), (11, '100%')) AS t(id, s);
SELECT id, s LIKE 'abc', s LIKE 'a%', s LIKE '%c', s LIKE '%b%', s LIKE 'a_c', s LIKE '%' FROM v;
SELECT id, s LIKE 'a%c', s LIKE '%a%c%', s LIKE '_b_', s LIKE '___', s LIKE '_%_', s LIKE '%%' FROM v;
SELECT id, s LIKE 'a!%c' ESCAPE '!', s LIKE 'a!_c' ESCAPE '!', s LIKE '%!%' ESCAPE '!', s LIKE 'a#%%' ESCAPE '#' FROM v;
SELECT id, s NOT LIKE 'a%', NOT s LIKE '%c', s LIKE 'a.c', s LIKE 'a\c', s LIKE '%\%' FROM v WHERE id <> 12;
SELECT s, p, s LIKE p FROM (VALUES ('abc', 'a%'), ('abc', '%d'), ('', ''), ('x', ''), ('abc', CAST(NULL AS STRING)), ('aaa', '%a%a%a%'), ('aa', '%a%a%a%')) AS t(s, p);
SELECT id FROM v WHERE s LIKE 'a%' AND s LIKE '%c' AND s NOT LIKE '%\_%';
SELECT id, s LIKE 'a\_c', s LIKE '%\_%', s LIKE 'a\%', s LIKE '%\%%', s LIKE '_\%c', s LIKE 'a\\_c' FROM v;
SELECT s, p, s LIKE p FROM (VALUES ('a%b', 'a\%b'), ('a\xb', 'a\%b'), ('a_c', 'a\_c'), ('axc', 'a\_c'), ('a\c', 'a\\c')) AS t(s, p);
