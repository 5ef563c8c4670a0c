-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 1, 'a', 1.50, DATE '2024-01-01'), (2, 2, 'b', 2.00, DATE '2024-01-02'), (3, CAST(NULL AS INT), CAST(NULL AS STRING), CAST(NULL AS DECIMAL(3, 2)), CAST(NULL AS DATE)), (4, 40, '', 0.00, DATE '1970-01-01')) AS t(id, i, s, c, d);
SELECT id, i IN (1), i IN (1, 2, 3), i NOT IN (1, 2), i IN (1, NULL), i NOT IN (1, NULL) FROM v;
SELECT id, s IN ('a', 'b'), s IN ('a', ''), s NOT IN ('a'), s IN (s, 'x'), s IN (UPPER('a'), LOWER('B')) FROM v;
SELECT id, c IN (1.5, 2), c NOT IN (0, 1.50), d IN (DATE '2024-01-01'), d IN (DATE '2024-01-02', DATE '1970-01-01') FROM v;
SELECT id FROM v WHERE i IN (1, 2) OR s NOT IN ('a', 'b');
SELECT id FROM v WHERE i IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25);
SELECT id FROM v WHERE s IN ('a', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w');
SELECT id FROM v WHERE (i, s) IN ((1, 'a'), (2, 'x'));
SELECT 1 IN (1), 1 IN (2, 3), 'a' IN ('A'), NULL IN (1, 2), 1 IN (NULL), TRUE IN (FALSE, TRUE), 1.0 IN (1, 2);
