CREATE TABLE kept (id INT, v VARIANT, w VARIANT NOT NULL, a ARRAY<VARIANT>, r ROW<x VARIANT>, m MAP<STRING, VARIANT>) WITH ('connector' = 'blackhole');
DESCRIBE kept;
SHOW CREATE TABLE kept;
CREATE TABLE texts (id INT, s STRING, v AS TRY_PARSE_JSON(s)) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/variants.json', 'format' = 'json');
SELECT v FROM texts WHERE id < 4;
CREATE VIEW parsed AS SELECT id, TRY_PARSE_JSON(s) AS v FROM texts;
DESCRIBE parsed;
SELECT * FROM parsed WHERE v IS NOT NULL;
