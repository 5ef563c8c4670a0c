-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'a,b,c'), (2, ''), (3, ','), (4, CAST(NULL AS STRING)), (5, 'abc'), (6, 'a,,b,'), (7, '日,本')) AS t(id, s);
SELECT id, SPLIT(s, ','), SPLIT(s, ''), SPLIT(s, ',,'), CARDINALITY(SPLIT(s, ',')) FROM v;
SELECT id, SPLIT_INDEX(s, ',', 0), SPLIT_INDEX(s, ',', 1), SPLIT_INDEX(s, ',', 2), SPLIT_INDEX(s, ',', 3), SPLIT_INDEX(s, ',', -1) FROM v;
SELECT id, SPLIT_INDEX(s, 44, 1), SPLIT_INDEX(s, 98, 0), SPLIT_INDEX(s, 'b,', 1), SPLIT_INDEX(s, ',', CAST(NULL AS INT)) FROM v;
SELECT SPLIT('a--b', '--')[2], SPLIT(CAST(NULL AS STRING), ','), SPLIT('a', CAST(NULL AS STRING)), TYPEOF(SPLIT('a', ',')), TYPEOF(SPLIT_INDEX('a', ',', 0));
