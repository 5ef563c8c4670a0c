SELECT s, SUBSTRING(s, 1, -1), SUBSTRING(s, 1, 0), SUBSTR(s, -2, -5), SUBSTRING(s FROM 2 FOR n) FROM (VALUES ('abc', -1), ('', 0), ('a😀b', 1)) AS t(s, n);
SELECT SUBSTRING('abc', 1, -1), SUBSTRING('abc', -10, 2), SUBSTRING('abc', 1, CAST(NULL AS INT));
