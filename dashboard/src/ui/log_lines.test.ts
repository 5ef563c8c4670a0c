import { expect, test } from 'vitest';
import { linesOf } from './log_lines';

const AT = '2026-11-30T08:00:00.000';
const LOG = `${AT} I [7] begins\n${AT} E [7] Disk is full\n  on /data\n${AT} W [7] slow\n`;

test('all lines, with their level', () => {
  expect(linesOf(LOG, '', 10)).toEqual({
    all: 4,
    found: 4,
    lines: [
      { number: 0, text: `${AT} I [7] begins`, tone: undefined },
      { number: 1, text: `${AT} E [7] Disk is full`, tone: 'bad' },
      { number: 2, text: '  on /data', tone: undefined },
      { number: 3, text: `${AT} W [7] slow`, tone: 'busy' },
    ],
  });
});
test('those with a text in them', () => expect(linesOf(LOG, ' DISK ', 10).lines.map(({ number }) => number)).toEqual([1]));
test('the last ones', () => {
  const { lines, found } = linesOf(LOG, '', 2);
  expect([found, lines.map(({ number }) => number)]).toEqual([4, [2, 3]]);
});
test('an empty file has no line', () => expect(linesOf('', '', 9)).toEqual({ all: 0, found: 0, lines: [] }));
