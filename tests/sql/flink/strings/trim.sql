CREATE TABLE w (id INT, s STRING, t STRING, n INT)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
SELECT id, TRIM(s), LTRIM(s), RTRIM(s), TRIM(BOTH ' ' FROM s) FROM w;
SELECT id, TRIM(LEADING ' ' FROM s), TRIM(TRAILING ' ' FROM s), TRIM(LEADING 'h' FROM s), TRIM(BOTH t FROM s) FROM w;
SELECT '[' || TRIM('  a b  ') || ']', '[' || LTRIM('  a ') || ']', '[' || RTRIM('  a ') || ']', '[' || TRIM('') || ']';
SELECT TRIM(BOTH 'x' FROM 'xxaxx'), TRIM(LEADING 'x' FROM 'xxaxx'), TRIM(TRAILING 'x' FROM 'xxaxx'), TRIM(BOTH 'ab' FROM 'abcba'), TRIM('x' FROM 'xax');
SELECT LTRIM('xxa', 'x'), RTRIM('axx', 'x'), BTRIM('  trim  '), BTRIM('///trim///', '/'), LTRIM('abcabc', 'ab');
SELECT TRIM(CAST(NULL AS STRING)), LTRIM(CAST(NULL AS STRING)), TRIM(BOTH CAST(NULL AS STRING) FROM 'a'), BTRIM('x', CAST(NULL AS STRING));
SELECT CHAR_LENGTH(TRIM(x)), CHAR_LENGTH(LTRIM(x)), CHAR_LENGTH(RTRIM(x)) FROM (VALUES ('	tab '), (' nbsp  '), ('   ')) AS t(x);
