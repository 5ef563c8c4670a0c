SELECT PARSE_JSON('1') = PARSE_JSON('1.0'), PARSE_JSON('1.0') = PARSE_JSON('1.00');
SELECT PARSE_JSON('{"a":1,"b":2}') = PARSE_JSON('{"b":2,"a":1}');
CREATE TABLE texts (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/variants.json', 'format' = 'json');
SELECT id FROM texts WHERE TRY_PARSE_JSON(s) = PARSE_JSON('1');
SELECT id, CASE WHEN id > 2 THEN TRY_PARSE_JSON(s) ELSE PARSE_JSON('{"else":1}') END FROM texts WHERE id < 5;
