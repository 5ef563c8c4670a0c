-- With a time to live a result is sent again although it is the same: who gets it may have forgotten it.
SET 'table.exec.state.ttl' = '1 h';
SELECT k, MAX(v) AS m, COUNT(DISTINCT v) AS d FROM (VALUES ('a', 3), ('a', 1), ('b', 2), ('a', 3), ('b', 2)) AS t (k, v) GROUP BY k;
SELECT m, COUNT(*) AS n FROM (SELECT k, MAX(v) AS m FROM (VALUES ('a', 3), ('a', 1), ('b', 2), ('a', 3), ('b', 2)) AS t (k, v) GROUP BY k) AS g GROUP BY m;
SELECT k, v FROM (SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS n FROM (VALUES ('a', 3), ('a', 1), ('b', 2), ('a', 3), ('b', 5)) AS t (k, v)) AS r WHERE n <= 2;
SELECT k, v, n FROM (SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS n FROM (VALUES ('a', 3), ('a', 1), ('b', 2), ('a', 3), ('b', 5)) AS t (k, v)) AS r WHERE n <= 2;
SET 'table.exec.state.ttl' = '0';
SELECT k, MAX(v) AS m FROM (VALUES ('a', 3), ('a', 1), ('b', 2), ('a', 3), ('b', 2)) AS t (k, v) GROUP BY k;
