import { expect, test } from 'vitest';
import { bytesBefore, markedLength, offsetAt, offsetOfByte, placeOf, rangeOf } from './place';

const error = (line: number | null, column: number | null, rendered = '') => ({
  code: 'INVALID_ARGUMENT', message: 'm', line, column, hint: null, rendered,
});

test('lines end with \\n, also behind a \\r', () => {
  const text = 'one\r\ntwo\nthree';
  expect(text.slice(offsetAt(text, 1, 1))).toBe(text);
  expect(text.slice(offsetAt(text, 2, 1))).toBe('two\nthree');
  expect(text.slice(offsetAt(text, 2, 3))).toBe('o\nthree');
  expect(text.slice(offsetAt(text, 3, 2))).toBe('hree');
});

test('columns are characters: one of two UTF-16 units is one, a combined one is two', () => {
  const text = "SELECT '🦀🦀', 'e\u0301ü', x";
  expect(text.slice(offsetAt(text, 1, 14))).toBe("'e\u0301ü', x");
  expect(text.slice(offsetAt(text, 1, 21))).toBe('x');
});

test('places behind the end stay within', () => {
  expect(offsetAt('ab\ncd', 1, 99)).toBe(2);
  expect(offsetAt('ab\ncd', 2, 99)).toBe(5);
  expect(offsetAt('ab\ncd', 9, 1)).toBe(5);
  expect(offsetAt('', 1, 1)).toBe(0);
});

test('there and back', () => {
  const text = "a🦀\r\n'ß'\n\nx🦀y";
  for (let offset = 0; offset <= text.length; ++offset) {
    if (/[\udc00-\udfff]/.test(text[offset] ?? '')) continue; // within a character
    const { line, column } = placeOf(text, offset);
    expect(offsetAt(text, line, column)).toBe(offset);
  }
});

test('the carets say how much is marked', () => {
  expect(markedLength('f:1:8: no\n  SELECT amont FROM t\n         ^~~~~\n  hint: x\n')).toBe(5);
  expect(markedLength('f:1:8: no\n  SELECT ^ FROM t\n\t       ^\n')).toBe(1);
  expect(markedLength('f:1:1: nothing would run\n')).toBe(0);
});

test('what is underlined', () => {
  const text = "SELECT '🦀', amont\nFROM t";
  const marked = (e: ReturnType<typeof error>) => {
    const range = rangeOf(text, e);
    return range && text.slice(range.from, range.to);
  };
  expect(marked(error(1, 13, 'x\n  a\n  ^~~~~\n'))).toBe('amont');
  expect(marked(error(1, 8, 'x\n  a\n  ^~~\n'))).toBe("'🦀'");
  expect(marked(error(1, 13))).toBe('a');
  // Not beyond its line; at the end of a line the last character.
  expect(marked(error(1, 17, 'x\n  a\n  ^~~~~\n'))).toBe('t');
  expect(marked(error(1, 18))).toBe('t');
  expect(marked(error(2, 7))).toBe('t');
  expect(marked(error(null, null))).toBeNull();
  expect(rangeOf('x🦀', error(1, 3))).toEqual({ from: 1, to: 3 });
  expect(rangeOf('', error(1, 1))).toEqual({ from: 0, to: 0 });
});

test('bytes of a whole text', () => {
  const text = 'a🦀ß\n€b';
  expect([0, 1, 3, 4, 5, 6, 7].map((offset) => bytesBefore(text, offset))).toEqual([0, 1, 5, 7, 8, 11, 12]);
  expect([0, 1, 5, 7, 8, 11, 12, 99].map((bytes) => offsetOfByte(text, bytes))).toEqual([0, 1, 3, 4, 5, 6, 7, 7]);
  expect(offsetOfByte(text, 3)).toBe(1); // within a character: before it
});
