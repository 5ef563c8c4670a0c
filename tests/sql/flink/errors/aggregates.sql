CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id, COUNT(*) FROM n;
SELECT SUM(s) FROM n;
SELECT id FROM n WHERE COUNT(*) > 1;
SELECT COUNT(*) FROM n GROUP BY COUNT(*);
SELECT SUM(COUNT(*)) FROM n;
SELECT id FROM n HAVING id > 1;
SELECT AVG(DATE '2024-01-01') FROM n;
SELECT MAX(i, d) FROM n;
SELECT id FROM n UNION ALL SELECT id, s FROM n;
SELECT id FROM n UNION ALL SELECT s FROM n;
SELECT n.id FROM n AS m;
SELECT nope.id FROM n;
