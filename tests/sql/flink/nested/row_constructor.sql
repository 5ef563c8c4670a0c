-- weir: order: any
SELECT ROW(1, 'a'), (1, 'a'), ROW(1, ROW(2, 3)), ROW(CAST(NULL AS INT), 'x');
SELECT ROW(id, s) FROM (VALUES (1, 'a'), (2, CAST(NULL AS STRING))) AS t(id, s);
SELECT r.a, r.b FROM (SELECT CAST(ROW(1, 'x') AS ROW<a INT, b STRING>) AS r) AS t;
SELECT t.r.a.b FROM (SELECT CAST(ROW(ROW(5)) AS ROW<a ROW<b INT>>) AS r) AS t;
SELECT ROW(1, 2) = ROW(1, 2), ROW(1, 2) = ROW(1, 3), (1, 'a') <> (1, 'b');
SELECT ROW(ARRAY[1, 2], MAP['k', 1]), ARRAY[ROW(1, 'a'), ROW(2, 'b')];
SELECT x.EXPR$0, x.EXPR$1 FROM (SELECT ROW(1, 'q') AS x) AS t;
SELECT CAST(ROW(1, 'x') AS ROW<a INT NOT NULL, b STRING>);
