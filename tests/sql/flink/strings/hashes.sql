-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'hello'), (2, ''), (3, '日本'), (4, CAST(NULL AS STRING))) AS t(id, s);
SELECT id, MD5(s), SHA1(s) FROM v;
SELECT id, SHA224(s), SHA256(s) FROM v;
SELECT id, SHA384(s), SHA512(s) FROM v;
SELECT id, SHA2(s, 224), SHA2(s, 256), SHA2(s, 384), SHA2(s, 512) FROM v;
SELECT MD5('a'), SHA1(CAST('a' AS CHAR(3))), SHA2('a', CAST(NULL AS INT)), TYPEOF(MD5('a')), TYPEOF(SHA256('a')), TYPEOF(SHA2('a', 256)), TYPEOF(SHA2('a', 512));
