import { describe, expect, test } from 'vitest';
import { ChangeLog, LiveRows, Rate } from './changelog';
import type { Change, RowKind } from './rows';

const MANY = { rows: 1000, characters: 1_000_000 };
// "+I a 1\n-U a 1": a kind and cells.
const changes = (text: string): Change[] =>
  text.split('\n').map((line) => {
    const [kind, ...cells] = line.trim().split(' ');
    return { kind: kind as RowKind, cells };
  });
function rowsAfter(text: string, bounds = MANY) {
  const rows = new LiveRows(bounds);
  for (const change of changes(text)) rows.apply(change);
  return { rows: rows.rows().map((row) => row.cells.join(' ')), size: rows.size, dropped: rows.dropped };
}

describe('the table', () => {
  test('an update takes the place of what it replaces', () => {
    expect(rowsAfter('+I a 1\n+I b 1\n-U a 1\n+U a 2').rows).toEqual(['a 2', 'b 1']);
  });
  test('an update without what it replaces is a new row', () => {
    expect(rowsAfter('+I a 1\n+U b 1').rows).toEqual(['a 1', 'b 1']);
  });
  test('a place is kept for the very next change only', () => {
    expect(rowsAfter('+I a 1\n+I b 1\n-U a 1\n+I c 1\n+U a 2').rows).toEqual(['b 1', 'c 1', 'a 2']);
    expect(rowsAfter('+I a 1\n+I b 1\n-U a 1\n-U b 1\n+U b 2\n+U a 2').rows).toEqual(['b 2', 'a 2']);
  });
  test('of equal rows one is taken away', () => {
    expect(rowsAfter('+I a 1\n+I b 1\n+I a 1\n-D a 1').rows).toEqual(['a 1', 'b 1']);
    expect(rowsAfter('+I a 1\n+I a 1\n-D a 1\n-D a 1')).toEqual({ rows: [], size: 0, dropped: 0 });
  });
  test('a row that was never added cannot be taken away', () => {
    expect(rowsAfter('-D a 1\n-U a 1\n+U a 2')).toEqual({ rows: ['a 2'], size: 1, dropped: 0 });
  });
  test('cells are not mixed up with their neighbours', () => {
    const rows = new LiveRows(MANY);
    rows.apply({ kind: '+I', cells: ['"a,b"', '"c"'] });
    rows.apply({ kind: '-D', cells: ['"a"', '"b,c"'] });
    expect(rows.size).toBe(1);
  });
  test('places of rows stay what they are', () => {
    const rows = new LiveRows(MANY);
    for (const change of changes('+I a 1\n+I b 1\n-U a 1\n+U a 2\n-D b 1\n+I c 1')) rows.apply(change);
    expect(rows.rows().map(({ place }) => place)).toEqual([0, 2]);
  });
});

describe('memory is bounded', () => {
  test('the oldest rows are dropped and still counted', () => {
    expect(rowsAfter('+I a\n+I b\n+I c', { ...MANY, rows: 2 })).toEqual({ rows: ['b', 'c'], size: 3, dropped: 1 });
  });
  test('a dropped row that is taken away is no row any more', () => {
    expect(rowsAfter('+I a\n+I b\n+I c\n-D a', { ...MANY, rows: 2 })).toEqual({ rows: ['b', 'c'], size: 2, dropped: 0 });
  });
  test('a dropped row that is updated is there again', () => {
    expect(rowsAfter('+I a 1\n+I b 1\n+I c 1\n-U a 1\n+U a 2', { ...MANY, rows: 2 })).toEqual({
      rows: ['c 1', 'a 2'], size: 3, dropped: 1,
    });
  });
  test('by characters too; one row is always kept', () => {
    expect(rowsAfter('+I aaaa\n+I bbbb\n+I cccc', { ...MANY, characters: 8 }).rows).toEqual(['bbbb', 'cccc']);
    expect(rowsAfter('+I aaaa\n+I bbbbbbbbbbbb', { ...MANY, characters: 8 })).toEqual({
      rows: ['bbbbbbbbbbbb'], size: 2, dropped: 1,
    });
  });
  test('a random changelog: what is counted is what a plain count says, and no more is kept than may be', () => {
    let seed = 7;
    const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
    const rows = new LiveRows({ rows: 20, characters: 60 });
    const all: string[] = [];
    for (let step = 0; step < 5000; ++step) {
      if (all.length > 0 && random(100) < 45) {
        const [cell] = all.splice(random(all.length), 1) as [string];
        if (random(2)) {
          const next = `${random(50)}`;
          rows.apply({ kind: '-U', cells: [cell] });
          rows.apply({ kind: '+U', cells: [next] });
          all.push(next);
        } else {
          rows.apply({ kind: '-D', cells: [cell] });
        }
      } else {
        all.push(`${random(50)}`);
        rows.apply({ kind: '+I', cells: [all.at(-1)!] });
      }
      expect(rows.size).toBe(all.length);
      expect(rows.rows().length).toBeLessThanOrEqual(20);
    }
  });
});

describe('the changes', () => {
  test('keep their numbers when older ones are dropped', () => {
    const log = new ChangeLog({ ...MANY, rows: 2 });
    log.add(changes('+I a\n-U a'));
    log.add(changes('+U b'));
    expect(log.rows().map(({ number, kind }) => [number, kind])).toEqual([[2, '-U'], [3, '+U']]);
    expect([log.size, log.dropped]).toEqual([3, 1]);
  });
  test('by characters too; one is always kept', () => {
    const log = new ChangeLog({ ...MANY, characters: 3 });
    log.add(changes('+I aa\n+I bb\n+I cccc'));
    expect(log.rows().map(({ cells }) => cells)).toEqual([['cccc']]);
  });
});

test('rate', () => {
  const rate = new Rate(5000);
  expect(rate.perSecond(0)).toBe(0);
  rate.add(0, 0);
  rate.add(100, 1000);
  expect(rate.perSecond(1000)).toBe(100);
  for (let s = 2; s <= 20; ++s) rate.add(100 + 10 * (s - 1), s * 1000);
  expect(rate.perSecond(20_000)).toBe(10); // the first second is forgotten
  expect(rate.perSecond(60_000)).toBe(0);
});
