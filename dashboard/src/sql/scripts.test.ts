import { expect, test } from 'vitest';
import { EXAMPLES } from './examples';
import { added, changed, parseScripts, removed, renamed, restored, toKeep } from './scripts';

const ONE = { current: 'a', texts: { a: 'SELECT 1' } };

test('at first an example; also in place of what cannot be read', () => {
  const first = { current: EXAMPLES[0]!.name, texts: { [EXAMPLES[0]!.name]: EXAMPLES[0]!.text } };
  for (const stored of [null, '', '{', '[]', '{"current":"x","texts":{}}', '{"current":"x","texts":{"x":1}}']) {
    expect(parseScripts(stored), String(stored)).toEqual(first);
  }
  expect(parseScripts(JSON.stringify(ONE))).toEqual(ONE);
});
test('no script takes the place of another', () => {
  const two = added(ONE, 'a', 'SELECT 2');
  expect(two).toEqual({ current: 'a 2', texts: { a: 'SELECT 1', 'a 2': 'SELECT 2' } });
  expect(renamed(two, 'a').current).toBe('a 2');
  expect(renamed(two, 'b')).toEqual({ current: 'b', texts: { a: 'SELECT 1', b: 'SELECT 2' } });
  expect(changed(two, 'x').texts).toEqual({ a: 'SELECT 1', 'a 2': 'x' });
  expect(removed(two)).toEqual(ONE);
});
test('there is always one', () => expect(removed(ONE)).toEqual({ current: 'Script', texts: { Script: '' } }));
test('a password stays with the tab, and comes back to the script that it is of', () => {
  const whole = { current: 'a', texts: { a: "SET 'x.password' = 'p'", b: 'SELECT 1' } };
  const kept = toKeep(whole);
  expect(kept).toEqual({ current: 'a', texts: { a: "SET 'x.password' = '******'", b: 'SELECT 1' } });
  expect(restored(kept, whole)).toEqual(whole);
  expect(restored(kept, ONE)).toEqual(kept); // another tab
  const changedElsewhere = changed(kept, "SET 'x.password' = '******'; SELECT 2");
  expect(restored(changedElsewhere, whole)).toEqual(changedElsewhere);
});
