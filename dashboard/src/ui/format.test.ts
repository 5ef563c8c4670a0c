import { expect, test } from 'vitest';
import { ago, bytes, count, duration, exact, percent, plural, shortName, zone } from './format';

test('counts', () => {
  expect([0, 7, 0.25, 999, 999.7, 1234, 45_600, 999_499, 1_500_000].map(count)).toEqual([
    '0', '7', '0.3', '999', '1.00k', '1.23k', '45.6k', '999k', '1.50M',
  ]);
  expect(exact(1234567)).toBe('1\u202f234\u202f567');
  expect(plural(1, 'slot')).toBe('1 slot');
  expect(plural(2000, 'slot')).toBe('2\u202f000 slots');
});
test('bytes', () => expect([0, 999, 1000, 2_345_678].map(bytes)).toEqual(['0\u00a0B', '999\u00a0B', '1.00\u00a0kB', '2.35\u00a0MB']));
test('durations', () => {
  expect([-1, 12, 1500, 59_999, 61_000, 3_661_000, 90_000_000].map(duration)).toEqual([
    '0 ms', '12 ms', '1.5 s', '59 s', '1 min 1 s', '1 h 1 min', '1 d 1 h',
  ]);
});
test('names of chains', () => {
  expect(['Sink(t)', 'Source(t) -> Calc(x)', 'x'.repeat(70)].map(shortName)).toEqual(['Sink(t)', 'Source(t) -> …', `${'x'.repeat(60)}…`]);
});
test('how long ago', () => expect([-50, 4999, 61_000].map(ago)).toEqual(['now', 'now', '1 min 1 s ago']));
test('shares', () => expect(percent(0.256)).toBe('26\u00a0%'));

test('the zone of the reader', () => {
  const at = (offset: number) => zone({ getTimezoneOffset: () => offset });
  expect([at(0), at(-120), at(-330), at(210), at(60)]).toEqual(['UTC', 'UTC+02:00', 'UTC+05:30', 'UTC-03:30', 'UTC-01:00']);
});
