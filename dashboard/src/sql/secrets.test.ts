import { expect, test } from 'vitest';
import { findSecrets, lacksSecrets, withoutSecrets } from './secrets';

test('secrets are taken out as the server takes them out', () => {
  // The cases of common/base/secrets_test.cc.
  const cases: [string, string][] = [
    ["'password' = 'x', 'a'='b'", "'password' = '******', 'a'='b'"],
    ["'password'='it''s x'", "'password'='******'"],
    ["'password' =\n 'x\ny' rest", "'password' =\n '******' rest"],
    [`'sasl.jaas.config' = 'Plain username="u" password="x";'`, "'sasl.jaas.config' = '******'"],
    ['Plain username="u" password="x\\"y";', 'Plain username="u" password="******";'],
    ['"token": "x", "a": 1', '"token": "******", "a": 1'],
    ['host=h password=x user=u', 'host=h password=****** user=u'],
    ['jdbc:postgresql://h/d?user=u&password=x&ssl=true', 'jdbc:postgresql://h/d?user=u&password=******&ssl=true'],
    ['jdbc:postgresql://u:x@h:5432/d', 'jdbc:postgresql://u:******@h:5432/d'],
    ['https://u:x:y@z@h', 'https://u:******@h'],
    ["'password' = 'x", "'password' = '******"],
    ['http://h:80/a@b', 'http://h:80/a@b'],
    ['unexpected token: FROM', 'unexpected token: FROM'],
    ["check 'username' and 'password'", "check 'username' and 'password'"],
    ["'password' = ''", "'password' = ''"],
    ['password =', 'password ='],
    ['', ''],
    ["'Table.SECRET' = 'é🦀'", "'Table.SECRET' = '******'"],
  ];
  for (const [text, shown] of cases) expect(withoutSecrets(text), text).toBe(shown);
});
test('what was taken out can be told', () => {
  const text = "'username' = 'u', 'password' = 'x'";
  expect(lacksSecrets(text)).toBe(false);
  expect(lacksSecrets(withoutSecrets(text))).toBe(true);
  expect(lacksSecrets("SELECT '******'")).toBe(false);
  expect(findSecrets(text)).toHaveLength(1);
});
