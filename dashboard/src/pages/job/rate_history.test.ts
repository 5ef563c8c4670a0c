import { expect, test } from 'vitest';
import { RateHistory } from './rate_history';

const at = (id: string, rowsIn: number) => ({ id, recordsInPerSecond: rowsIn, recordsOutPerSecond: 2 * rowsIn });

test('a series a vertex, with a gap where nothing was known', () => {
  const history = new RateHistory();
  history.push(1000, [at('a', 1), at('b', 10)]);
  history.push(2000, []);
  history.push(3000, [at('a', 3)]);
  expect(history.series('a')).toEqual([[1, 2, 3], [1, null, 3], [2, null, 6]]);
  expect(history.series('b')).toEqual([[1, 2, 3], [10, null, null], [20, null, null]]);
});
test('the oldest go first', () => {
  const history = new RateHistory(2);
  for (const second of [1, 2, 3]) history.push(second * 1000, [at('a', second)]);
  expect(history.series('a')[0]).toEqual([2, 3]);
  expect(history.series('a')[1]).toEqual([2, 3]);
});
