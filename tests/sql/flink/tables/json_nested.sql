CREATE TABLE e (id INT, `user` ROW<name STRING, address ROW<zip STRING>>, tags ARRAY<STRING>, items ARRAY<ROW<qty INT>>, props MAP<STRING, STRING>)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/nested.json', 'format' = 'json');
SELECT * FROM e;
CREATE TABLE s (id INT, `user` STRING, tags STRING, props STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/nested.json', 'format' = 'json');
SELECT * FROM s;
SELECT id, JSON_VALUE(`user`, '$.address.city'), JSON_VALUE(tags, '$[0]') FROM s;
CREATE TABLE m (id INT, `user` MAP<STRING, STRING>) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/nested.json', 'format' = 'json');
SELECT id, `user`['name'], `user`['age'], `user`['address'] FROM m;
CREATE TABLE o (tags ARRAY<STRING>, missing INT, ID INT, id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/nested.json', 'format' = 'json');
SELECT * FROM o;
