CREATE TABLE w (id INT, s STRING, t STRING, n INT)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
SELECT id, s LIKE '%o%', s LIKE 'h_llo%', s NOT LIKE '%', t LIKE s, s LIKE t || '%' FROM w;
SELECT id FROM w WHERE s LIKE '%l%' AND NOT (t LIKE '') AND n BETWEEN 1 AND 5;
SELECT id, s LIKE '%!_%' ESCAPE '!', s LIKE 'he!%llo' ESCAPE '!', s LIKE '!!%' ESCAPE '!' FROM w;
SELECT id, s LIKE 'hello world', s LIKE '%world', s LIKE 'hello%', s LIKE '%o w%', s LIKE '___' FROM w;
