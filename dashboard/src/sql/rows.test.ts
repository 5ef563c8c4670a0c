import { expect, test } from 'vitest';
import { cellText, parseResults } from './rows';

const answer = (rows: string) =>
  `{"columns":[{"name":"a"},{"name":"b"}],"nextToken":7,"finished":false,"failure":null,"rows":${rows}}`;
const cells = (row: string) => parseResults(answer(`[{"kind":"+I","row":${row}}]`)).changes[0]!.cells;

test('an answer', () => {
  expect(parseResults(answer('[{"kind":"+I","row":{"a":1,"b":"x"}}, {"kind":"-U","row":{"a":null,"b":""}}]'))).toEqual({
    columns: ['a', 'b'],
    nextToken: 7,
    finished: false,
    failure: null,
    changes: [
      { kind: '+I', cells: ['1', '"x"'] },
      { kind: '-U', cells: ['null', '""'] },
    ],
  });
  expect(parseResults(answer('[]')).changes).toEqual([]);
  expect(parseResults('{"columns":[],"nextToken":0,"finished":true,"failure":"no \\"slots\\"","rows":[]}').failure).toBe(
    'no "slots"',
  );
});

test('no digit is lost', () => {
  expect(cells('{"a":9007199254740993,"b":1234567890123456789012345678.0100}')).toEqual([
    '9007199254740993',
    '1234567890123456789012345678.0100',
  ]);
});

test('what nests stays whole', () => {
  expect(cells('{"a":{"x":[1,{"y":"}],"}]},"b":[[],{}]}')).toEqual(['{"x":[1,{"y":"}],"}]}', '[[],{}]']);
});

test('escapes and what looks like an end', () => {
  expect(cells('{"a":"\\"},{\\\\","b":"\\u00e9,:]"}').map(cellText)).toEqual(['"},{\\', 'é,:]']);
});

test('columns of one name both have their cell', () => expect(cells('{"a":1,"a":2}')).toEqual(['1', '2']));

test('cells as people read them', () => {
  expect(['null', '"null"', '""', 'true', '1.50', '{"a":1}'].map(cellText)).toEqual([null, 'null', '', 'true', '1.50', '{"a":1}']);
});

test('what is cut off is refused', () => {
  for (const text of ['', '{', '{"columns":[]', '{"columns":[],"rows":[{"kind":"+I","row":{"a":1}]}']) {
    expect(() => parseResults(text), text).toThrow(SyntaxError);
  }
});
