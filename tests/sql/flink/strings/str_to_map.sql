-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'k1=v1,k2=v2'), (2, ''), (3, 'a'), (4, 'a=1=2'), (5, CAST(NULL AS STRING)), (6, 'a=1,a=2'), (7, '=x'), (8, 'k=')) AS t(id, s);
SELECT id, STR_TO_MAP(s) FROM v;
SELECT id, STR_TO_MAP(s)['k1'], STR_TO_MAP(s)['a'] FROM v;
SELECT STR_TO_MAP('a:1;b:2', ';', ':'), STR_TO_MAP('a::1||b::2', '\|\|', '::'), STR_TO_MAP('k1=v1,k2=v2', ',', CAST(NULL AS STRING)), TYPEOF(STR_TO_MAP('a=b'));
