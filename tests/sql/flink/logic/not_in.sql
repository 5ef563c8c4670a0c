-- weir: order: any
SELECT x FROM (VALUES (1), (2), (3), (CAST(NULL AS INT))) AS t(x) WHERE x NOT IN (1, 2);
SELECT x FROM (VALUES (1), (2), (3), (CAST(NULL AS INT))) AS t(x) WHERE x NOT IN (1, CAST(NULL AS INT));
SELECT x FROM (VALUES (1), (2), (3), (CAST(NULL AS INT))) AS t(x) WHERE x IN (1, CAST(NULL AS INT));
SELECT x FROM (VALUES (1), (2), (3), (CAST(NULL AS INT))) AS t(x) WHERE NOT (x IN (1, 2));
SELECT x FROM (VALUES ('a'), ('b'), ('')) AS t(x) WHERE x IN ('a', '');
SELECT x FROM (VALUES ('a'), ('b'), ('')) AS t(x) WHERE x NOT IN ('a', '');
SELECT x, x IN (1.0, 2.5) FROM (VALUES (1), (2), (3)) AS t(x);
SELECT x, y, (x, y) IN ((1, 2), (3, 4)) FROM (VALUES (1, 2), (3, 5)) AS t(x, y);
SELECT x FROM (VALUES (DATE '2024-01-01'), (DATE '2024-01-02')) AS t(x) WHERE x IN (DATE '2024-01-02', DATE '2025-01-01');
SELECT x FROM (VALUES (1), (2), (3)) AS t(x) WHERE x <> 1 AND x <> 3;
SELECT x FROM (VALUES (1), (2), (3), (4)) AS t(x) WHERE x IN (1, 2) OR x BETWEEN 4 AND 9;
SELECT x, x IN (2.5), x IN (1.0), x NOT IN (1.0, 2.5), x IN (1e0, 2.5e0), x IN (1, 2.5), x + 0 IN (2.5, 7) FROM (VALUES (1), (2), (3)) AS t(x);
SELECT x, x IN (300, 1), x IN (300), x IN (1.0, CAST(2.5 AS DECIMAL(5, 1))) FROM (VALUES (CAST(44 AS TINYINT)), (CAST(1 AS TINYINT)), (CAST(2 AS TINYINT))) AS t(x);
SELECT x, x IN (1.25, 2.55), x IN (1, 2.5) FROM (VALUES (1.2), (2.5), (2.6), (1.3)) AS t(x);
SELECT x, y, x IN (1.0, y), x IN (2.5, CAST(NULL AS INT)) FROM (VALUES (1, 5), (2, 2), (3, 4)) AS t(x, y);
