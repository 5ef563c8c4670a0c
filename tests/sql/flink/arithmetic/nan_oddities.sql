SELECT s, NOT x < 1, NOT (x < 1 AND x > 0), x IN (0, 1, 2) FROM (SELECT s, CAST(s AS DOUBLE) AS x FROM (VALUES ('NaN'), ('-0.0'), ('0'), ('5')) AS t(s));
SELECT ROUND(x), TRUNCATE(x, 1) FROM (SELECT CAST(s AS DOUBLE) AS x FROM (VALUES ('NaN'), ('Infinity')) AS t(s));
