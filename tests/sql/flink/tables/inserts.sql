CREATE TABLE src (id INT, s STRING, n INT) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
CREATE TABLE sink (a INT, b STRING, c BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO sink SELECT id, s, n FROM src;
INSERT INTO sink (b, a) SELECT s, id FROM src;
INSERT INTO sink VALUES (1, 'x', 2), (2, 'y', CAST(NULL AS BIGINT));
INSERT INTO sink (a) VALUES (1);
INSERT INTO sink (c, b) SELECT CAST(n AS TINYINT), 'k' FROM src;
INSERT INTO default_catalog.default_database.sink SELECT id, UPPER(s), n FROM src WHERE id > 2;
EXECUTE STATEMENT SET BEGIN
INSERT INTO sink SELECT id, s, n FROM src;
INSERT INTO sink (a) SELECT n FROM src;
END;
EXECUTE INSERT INTO sink SELECT id, s, n FROM src;
