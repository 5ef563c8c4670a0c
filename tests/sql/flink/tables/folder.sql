-- weir: order: any
CREATE TABLE d (id INT, s STRING, n STRING METADATA FROM 'file.name') WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/folder', 'format' = 'json');
SELECT * FROM d;
SELECT n, COUNT(*), MAX(id) FROM d GROUP BY n;
