CREATE TABLE w (id INT, s STRING, t STRING, n INT)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/words.json', 'format' = 'json');
SELECT id, SPLIT_INDEX(s, ' ', 0), SPLIT_INDEX(s, ' ', 1), SPLIT_INDEX(s, t, 1), SPLIT_INDEX(s, ',', n) FROM w;
SELECT SPLIT_INDEX('a,b,,c', ',', 0), SPLIT_INDEX('a,b,,c', ',', 1), SPLIT_INDEX('a,b,,c', ',', 2), SPLIT_INDEX('a,b,,c', ',', 3), SPLIT_INDEX('a,b,,c', ',', 4), SPLIT_INDEX('a,b', ',', -1);
SELECT SPLIT_INDEX('', ',', 0), SPLIT_INDEX('abc', ',', 0), SPLIT_INDEX(',', ',', 0), SPLIT_INDEX(',', ',', 1), SPLIT_INDEX(CAST(NULL AS STRING), ',', 0), SPLIT_INDEX('a,b', CAST(NULL AS STRING), 0);
SELECT SPLIT_INDEX('a||b||c', '||', 1), SPLIT_INDEX('a.b.c', '.', 2), SPLIT_INDEX('日,本', ',', 1), SPLIT_INDEX('abc', '', 1), SPLIT_INDEX('a,b', ',', CAST(NULL AS INT));
SELECT SPLIT_INDEX('a;b', 59, 1), SPLIT_INDEX('aabaa', 'aa', 1);
SELECT SPLIT('a,b,,c', ','), SPLIT('', ','), SPLIT('abc', ''), SPLIT(CAST(NULL AS STRING), ',');
SELECT STR_TO_MAP('k1=v1,k2=v2'), STR_TO_MAP('k1:v1;k2:v2', ';', ':'), STR_TO_MAP('a');
SELECT PARSE_URL('http://user@host.com:80/path/p?q=1&r=2#frag', 'HOST'), PARSE_URL('http://host.com/path?q=1&r=2', 'QUERY', 'r'), PARSE_URL('http://host.com/path?q=1', 'PATH'), PARSE_URL('nonsense', 'HOST');
SELECT URL_ENCODE('a b&c=é'), URL_DECODE('a+b%26c%3D%C3%A9'), TO_BASE64('hello'), FROM_BASE64('aGVsbG8='), TRANSLATE('abcba', 'ab', 'xy');
SELECT MD5('abc'), SHA1('abc'), SHA256('abc'), SHA2('abc', 224), MD5(CAST(NULL AS STRING)), MD5('');
SELECT ELT(2, 'a', 'b', 'c'), ELT(4, 'a'), PRINTF('%d-%s', 5, 'x'), ENCODE('a', 'UTF-8'), DECODE(x'61', 'UTF-8');
