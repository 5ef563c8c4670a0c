import { expect, test } from 'vitest';
import { NO_OPTIONS, readOptions } from './options';

const read = (typed: Partial<typeof NO_OPTIONS>) => readOptions({ ...NO_OPTIONS, ...typed });

test('nothing said, nothing sent', () => expect(read({})).toEqual({ request: {} }));
test('all of them', () => {
  expect(
    read({ parallelism: ' 2 ', fromSavepoint: ' /s/1 ', allowNonRestoredState: true, set: "a.b = 1 s\n\nSET 'c' = 'it''s=2';\n" }),
  ).toEqual({
    request: { parallelism: 2, fromSavepoint: '/s/1', allowNonRestoredState: true, options: { 'a.b': '1 s', c: "it's=2" } },
  });
});
test('state that is left behind is allowed for a savepoint only', () => {
  expect(read({ allowNonRestoredState: true })).toEqual({ request: {} });
});
test('what is wrong is named', () => {
  for (const parallelism of ['0', '-1', '1.5', 'two']) expect(read({ parallelism })).toHaveProperty('wrong');
  for (const set of ['key', '= value', 'key =', "'' = 'x'"]) expect(read({ set }), set).toHaveProperty('wrong');
});
