CREATE TABLE w (id INT, s STRING, t STRING, n INT)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
SELECT id, CONCAT(s, t), CONCAT(s, '-', t, '!'), CONCAT('x', s) FROM w;
SELECT id, CONCAT_WS('-', s, t), CONCAT_WS(t, 'a', s, 'b'), CONCAT_WS(',', s) FROM w;
SELECT CONCAT('a'), CONCAT('a', 'b', 'c'), CONCAT('a', CAST(NULL AS STRING)), CONCAT('', '');
SELECT CONCAT_WS(',', 'a', 'b'), CONCAT_WS(',', CAST(NULL AS STRING), 'b'), CONCAT_WS(CAST(NULL AS STRING), 'a', 'b'), CONCAT_WS(',', '', ''), CONCAT_WS('', 'a', 'b');
SELECT CONCAT_WS(',', CAST(NULL AS STRING), CAST(NULL AS STRING)), CONCAT_WS('~~', 'AA', CAST(NULL AS STRING), 'BB', '', 'CC');
SELECT CONCAT(CAST(1 AS STRING), 'a'), CONCAT('é', '日', '😀');
