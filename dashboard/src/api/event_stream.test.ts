import { expect, test } from 'vitest';
import { appended, EventParser } from './event_stream';

test('events come whole, however they are cut', () => {
  const text = 'data: {"a":1}\n\n: still here\n\ndata: one\ndata: two\n\n';
  const whole = ['{"a":1}', 'one\ntwo'];
  for (let cut = 0; cut <= text.length; ++cut) {
    const parser = new EventParser();
    expect([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))]).toEqual(whole);
  }
});

test('an event without its end waits', () => {
  const parser = new EventParser();
  expect(parser.push('data: x\n')).toEqual([]);
  expect(parser.push('\n')).toEqual(['x']);
});

test('a text grows, and loses whole lines', () => {
  expect(appended(undefined, 'a\n')).toBe('a\n');
  expect(appended('a\n', 'b\n')).toBe('a\nb\n');
  expect(appended('aaa\nbbb\n', 'ccc\n', 8)).toBe('bbb\nccc\n');
  expect(appended('aaa\nbbb\n', 'ccc\n', 7)).toBe('ccc\n');
  expect(appended('', 'one line without an end', 8)).toBe('one line without an end');
});
