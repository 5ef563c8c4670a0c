-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'abc'), (2, 'ABCé'), (3, '123'), (4, '-1.5'), (5, '+1'), (6, '1e5'), (7, '1.5.5'), (8, ''), (9, CAST(NULL AS STRING)), (10, ' 1'), (11, '日本'), (12, '١٢'), (13, 'a b'), (14, '.5'), (15, '5.'), (16, 'NaN'), (17, '0x10'), (18, '1d')) AS t(id, s);
SELECT id, IS_ALPHA(s), IS_DIGIT(s), IS_DECIMAL(s) FROM v;
SELECT id FROM v WHERE IS_DIGIT(s) OR IS_ALPHA(s);
SELECT id FROM v WHERE NOT IS_DECIMAL(s);
