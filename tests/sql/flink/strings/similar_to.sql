-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'abc'), (2, 'abd'), (3, ''), (4, CAST(NULL AS STRING)), (5, 'aabb'), (6, 'a%c'), (7, '2024-01-02'), (8, 'a.c')) AS t(id, s);
SELECT id, s SIMILAR TO 'ab(c|d)', s SIMILAR TO 'a%', s SIMILAR TO '_b_', s NOT SIMILAR TO '%c' FROM v;
SELECT id, s SIMILAR TO 'a+b*', s SIMILAR TO '[a-c]{3}', s SIMILAR TO 'a.c', s SIMILAR TO '[0-9]+-[0-9]{2}-[0-9]{2}' FROM v;
SELECT id, s SIMILAR TO 'a#%c' ESCAPE '#', s SIMILAR TO '(ab)?c?', s SIMILAR TO '[^a]%' FROM v;
SELECT 'abc' SIMILAR TO 'abc', 'ABC' SIMILAR TO 'abc', '' SIMILAR TO '', 'abc' SIMILAR TO '', 'a' SIMILAR TO CAST(NULL AS STRING);
