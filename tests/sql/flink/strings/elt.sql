-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 1), (2, 2), (3, 3), (4, 0), (5, -1), (6, CAST(NULL AS INT)), (7, 100)) AS t(id, n);
SELECT id, ELT(n, 'a', 'bb', 'ccc'), ELT(n, 'a', CAST(NULL AS STRING)) FROM v;
SELECT id, ELT(n, x'01', x'0203') FROM v;
