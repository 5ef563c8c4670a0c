CREATE TABLE e (id INT, `user` ROW<name STRING, age INT, address ROW<city STRING, zip STRING>>, tags ARRAY<STRING>, counts ARRAY<INT>, props MAP<STRING, STRING>, scores MAP<STRING, INT>, items ARRAY<ROW<sku STRING, qty INT>>)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/nested.json', 'format' = 'json');
SELECT id, tags, CARDINALITY(tags), tags[1], tags[2], tags[5] FROM e;
SELECT id, counts[1] + counts[2], counts[id] FROM e;
SELECT id, items[1].sku, items[2].qty, items[1] FROM e;
SELECT ARRAY[1, 2, 3], ARRAY['a', 'bcd'], ARRAY[1, 2.5], ARRAY[CAST(NULL AS INT), 1], ARRAY[ARRAY[1, 2], ARRAY[3]];
SELECT ARRAY[1, 2, 3][2], CAST(ARRAY[1, 2] AS ARRAY<INT>)[3], ARRAY['a', 'b'][1], CARDINALITY(ARRAY[1, 2, 3]), CARDINALITY(CAST(NULL AS ARRAY<INT>));
SELECT id, ARRAY_CONTAINS(tags, 'a'), ARRAY_CONTAINS(tags, CAST(NULL AS STRING)), ARRAY_POSITION(tags, 'a') FROM e;
SELECT id, ARRAY_DISTINCT(tags), ARRAY_REVERSE(tags), ARRAY_APPEND(tags, 'q'), ARRAY_PREPEND(tags, 'q'), ARRAY_REMOVE(tags, 'a') FROM e;
SELECT id, ARRAY_JOIN(tags, '-'), ARRAY_JOIN(tags, '-', '?'), ARRAY_CONCAT(tags, tags), ARRAY_UNION(tags, ARRAY['n']) FROM e;
SELECT id, ARRAY_MAX(counts), ARRAY_MIN(counts), ARRAY_SORT(counts), ARRAY_SLICE(counts, 1, 2) FROM e;
SELECT ELEMENT(ARRAY[5]), ELEMENT(CAST(ARRAY[5] AS ARRAY<INT>)), ARRAY_INTERSECT(ARRAY[1, 2], ARRAY[2, 3]), ARRAY_EXCEPT(ARRAY[1, 2], ARRAY[2, 3]);
SELECT id FROM e WHERE CARDINALITY(tags) > 1;
SELECT id, tags = ARRAY['a', 'b', 'a'], counts = counts FROM e;
SELECT tags, COUNT(*) FROM e GROUP BY tags;
