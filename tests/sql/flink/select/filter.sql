CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id FROM n WHERE i > 0;
SELECT id FROM n WHERE NOT (i > 0);
SELECT id FROM n WHERE i IS NULL;
SELECT id FROM n WHERE i IS NOT NULL AND d < 1;
SELECT id FROM n WHERE i > 0 OR i IS NULL;
SELECT id FROM n WHERE TRUE;
SELECT id FROM n WHERE FALSE;
SELECT id FROM n WHERE CAST(NULL AS BOOLEAN);
SELECT id FROM n WHERE s = 'min';
SELECT id FROM n WHERE s = '';
SELECT id FROM n WHERE s <> 'min';
SELECT id FROM n WHERE i = bi;
SELECT id FROM n WHERE d = f;
SELECT id FROM n WHERE dc > 1;
SELECT id FROM n WHERE id BETWEEN 2 AND 4 AND i % 2 = 0;
