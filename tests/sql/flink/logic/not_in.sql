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
