CREATE TABLE e (id INT, `user` ROW<name STRING, age INT, address ROW<city STRING, zip STRING>>, tags ARRAY<STRING>, counts ARRAY<INT>, props MAP<STRING, STRING>, scores MAP<STRING, INT>, items ARRAY<ROW<sku STRING, qty INT>>)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/nested.json', 'format' = 'json');
SELECT SUM(e.`user`.age), MAX(e.`user`.name), COUNT(e.`user`.address.city) FROM e;
SELECT CARDINALITY(tags) AS n, COUNT(*) FROM e GROUP BY CARDINALITY(tags);
SELECT props['k'], COUNT(*) FROM e GROUP BY props['k'];
SELECT SUM(scores['x']), SUM(counts[1]) FROM e;
SELECT SUM(items[1].qty), MIN(items[1].sku) FROM e;
SELECT `user`.address AS a, COUNT(*) FROM e GROUP BY `user`.address;
SELECT COUNT(`user`), COUNT(tags), COUNT(props), COUNT(*) FROM e;
SELECT COUNT(DISTINCT tags), COUNT(DISTINCT `user`.name) FROM e;
SELECT DISTINCT `user`.name, tags[1] FROM e;
