CREATE TABLE e (id INT, `user` ROW<name STRING, age INT, address ROW<city STRING, zip STRING>>, tags ARRAY<STRING>, counts ARRAY<INT>, props MAP<STRING, STRING>, scores MAP<STRING, INT>, items ARRAY<ROW<sku STRING, qty INT>>)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/nested.json', 'format' = 'json');
SELECT id, e.`user`.name, e.`user`.age, e.`user`.address.city FROM e;
SELECT id, `user`.address.zip AS zip, `user`.age + 1 AS older FROM e WHERE `user`.age > 0;
SELECT id, `user` FROM e;
SELECT id, `user`.address FROM e;
SELECT id, `user` IS NULL, `user`.address IS NULL, `user`.address.city IS NULL FROM e;
SELECT id, UPPER(`user`.name) || '!' FROM e WHERE `user`.name LIKE '%n%';
SELECT u.name, u.address.city FROM (SELECT `user` AS u FROM e) AS x;
SELECT `user`.* FROM e WHERE id = 1;
SELECT id, `user`.address.*, e.`user`.* FROM e;
SELECT u.*, u.address.*, id FROM (SELECT id, `user` AS u FROM e) AS x;
SELECT `user`.address.*, COUNT(*) FROM e GROUP BY `user`.address.city, `user`.address.zip;
SELECT default_database.e.`user`.name, default_catalog.default_database.e.id FROM e;
SELECT `user`.address.city AS city, COUNT(*) FROM e GROUP BY `user`.address.city;
SELECT id, CAST(`user` AS STRING) FROM e;
