import { expect, test } from 'vitest';
import { type JobPicture, mostParallelism, type Split, tasksInWords, waitingIn } from './job_state';

test('tasks in words', () => {
  expect(tasksInWords({ RUNNING: 3, DEPLOYING: 1, FAILED: 0 })).toBe('3 of 4 running');
  expect(tasksInWords({ RUNNING: 4 })).toBe('4 running');
  expect(tasksInWords({ FINISHED: 2, CANCELED: 1 })).toBe('2 finished, 1 canceled');
  expect(tasksInWords({ RUNNING: 0 })).toBe('');
});
test('records waiting', () => {
  const split = (recordsWaiting: number | null) => ({ recordsWaiting }) as Split;
  expect(waitingIn([split(2), split(null), split(40)])).toBe(42);
  expect(waitingIn([split(null)])).toBe(null);
});
test('as many slots as it has and as are free, up to what the job allows', () => {
  const job = { parallelism: 2, maxParallelism: 5 } as JobPicture;
  expect([0, 2, 9].map((free) => mostParallelism(job, free))).toEqual([2, 4, 5]);
});
