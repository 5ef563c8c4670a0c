CREATE TABLE l (id INT, parts ARRAY<STRING>, k STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/lists.csv', 'format' = 'csv', 'csv.field-delimiter' = ';', 'csv.array-element-delimiter' = '-');
SELECT * FROM l;
SELECT id, CARDINALITY(parts), parts[1] FROM l;
CREATE TABLE r (id INT, r ROW<a STRING, b STRING, c STRING>) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/lists.csv', 'format' = 'csv', 'csv.field-delimiter' = ';', 'csv.array-element-delimiter' = '-', 'csv.ignore-parse-errors' = 'true');
SELECT * FROM r;
