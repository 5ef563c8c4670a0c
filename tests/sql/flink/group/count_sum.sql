CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT COUNT(*), COUNT(i), COUNT(s), COUNT(1) FROM n;
SELECT SUM(ti), SUM(si), SUM(i), SUM(bi) FROM n;
SELECT SUM(f), SUM(d), SUM(dc) FROM n WHERE id NOT IN (2, 3);
SELECT AVG(ti), AVG(si), AVG(i), AVG(bi) FROM n;
SELECT AVG(f), AVG(d), AVG(dc) FROM n WHERE id NOT IN (2, 3);
SELECT MIN(ti), MIN(si), MIN(i), MIN(bi), MAX(ti), MAX(si), MAX(i), MAX(bi) FROM n;
SELECT MIN(f), MIN(d), MIN(dc), MIN(s), MAX(f), MAX(d), MAX(dc), MAX(s) FROM n;
SELECT SUM(i), AVG(i), MIN(i), MAX(i), COUNT(i), COUNT(*) FROM n WHERE i IS NULL;
SELECT SUM(i) FROM n WHERE FALSE;
SELECT COUNT(*) FROM n WHERE FALSE;
SELECT SUM(CAST(i AS BIGINT)), AVG(CAST(i AS DOUBLE)), SUM(i + id) FROM n;
SELECT COUNT(*) + 1, SUM(id) * 2, SUM(id) / COUNT(*), MAX(id) - MIN(id) FROM n;
