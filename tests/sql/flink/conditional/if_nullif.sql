-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 1, 'a', 1.5), (2, 2, 'b', 2.0), (3, CAST(NULL AS INT), CAST(NULL AS STRING), CAST(NULL AS DECIMAL(2, 1))), (4, 0, '', 0.0)) AS t(id, n, s, c);
SELECT id, IF(n > 1, 'big', 'small'), IF(n IS NULL, -1, n), IF(s = '', 'empty', s), IF(TRUE, c, n), IF(FALSE, n, c) FROM v;
SELECT id, NULLIF(n, 1), NULLIF(s, ''), NULLIF(c, 2), NULLIF(n, c), NULLIF(1, n) FROM v;
SELECT id, IFNULL(n, 0), IFNULL(s, 'none'), IFNULL(c, 9.25), IFNULL(n, 1.5), COALESCE(n, 5), COALESCE(CAST(NULL AS INT), n, 7) FROM v;
SELECT id, COALESCE(s, CAST(n AS STRING), 'z'), COALESCE(n, c), COALESCE(c, n, 0) FROM v;
SELECT id, IF(n > 0, IF(n > 1, 'two', 'one'), IF(n IS NULL, 'null', 'zero')) FROM v;
SELECT TYPEOF(IF(TRUE, 1, 2.5)), TYPEOF(IF(TRUE, 'a', 'bb')), TYPEOF(COALESCE(1, 2.5)), TYPEOF(IFNULL(n, 0)), TYPEOF(IFNULL(n, n)) FROM v WHERE id = 1;
