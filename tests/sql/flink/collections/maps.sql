CREATE TABLE e (id INT, `user` ROW<name STRING, age INT, address ROW<city STRING, zip STRING>>, tags ARRAY<STRING>, counts ARRAY<INT>, props MAP<STRING, STRING>, scores MAP<STRING, INT>, items ARRAY<ROW<sku STRING, qty INT>>)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/nested.json', 'format' = 'json');
SELECT id, props, props['k'], props['nope'], CARDINALITY(props) FROM e;
SELECT id, scores['x'] + 1, scores['y'] FROM e;
SELECT id, props[`user`.name] FROM e;
SELECT MAP['a', 1, 'b', 2], MAP['a', CAST(NULL AS INT)], MAP[1, 'x'], MAP['k', MAP['i', 1]];
SELECT MAP['a', 1]['a'], CAST(MAP['a', 1] AS MAP<STRING, INT>)['b'], CARDINALITY(MAP['a', 1, 'b', 2]), CARDINALITY(CAST(NULL AS MAP<STRING, INT>));
SELECT MAP['a', ROW(1, 'x')]['a'], MAP['o', MAP['i', 5]]['o']['i'];
SELECT id, MAP_KEYS(props), MAP_VALUES(props), MAP_ENTRIES(scores) FROM e;
SELECT MAP_FROM_ARRAYS(ARRAY['a', 'b'], ARRAY[1, 2]), MAP_KEYS(MAP['a', 1]), MAP_VALUES(MAP['a', 1]), MAP_UNION(MAP['a', 1], MAP['b', 2]);
SELECT id FROM e WHERE props['k'] = 'v';
SELECT id, scores['x'] IS NULL, props IS NULL FROM e;
