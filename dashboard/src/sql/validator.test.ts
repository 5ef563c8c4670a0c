import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Validator } from './validator';

// The clock is the test's own.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function harness() {
  const asked: string[] = [];
  const told: string[] = [];
  const open: { resolve: (answer: string) => void; reject: (error: Error) => void }[] = [];
  const validator = new Validator<string, string>(
    (text) => {
      asked.push(text);
      return new Promise((resolve, reject) => open.push({ resolve, reject }));
    },
    (text, answer, error) => void told.push(`${text}: ${answer ?? String(error)}`),
  );
  const type = (text: string | null) => validator.want(text, text ?? '');
  const answer = async (text: string) => {
    open.shift()!.resolve(text);
    await vi.advanceTimersByTimeAsync(0);
  };
  const fail = async () => {
    open.shift()!.reject(new Error('gone'));
    await vi.advanceTimersByTimeAsync(0);
  };
  return { asked, told, open, validator, type, answer, fail, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) };
}

test('asks once typing pauses', async () => {
  const { asked, told, type, answer, pass } = harness();
  type('S');
  await pass(399);
  type('SE');
  await pass(399);
  expect(asked).toEqual([]);
  await pass(1);
  expect(asked).toEqual(['SE']);
  await answer('fine');
  expect(told).toEqual(['SE: fine']);
});

test('never two at once: the newest text waits for the answer, which is dropped', async () => {
  const { asked, told, type, answer, pass } = harness();
  type('a');
  await pass(400);
  type('b');
  await pass(5000);
  type('c');
  await pass(5000);
  expect(asked).toEqual(['a']);
  await answer('late');
  expect(told).toEqual([]);
  await pass(400);
  expect(asked).toEqual(['a', 'c']);
  await answer('fine');
  expect(told).toEqual(['c: fine']);
});

test('an answer counts if its text is back when it comes', async () => {
  const { asked, told, type, answer, pass } = harness();
  type('a');
  await pass(400);
  type('b');
  type('a');
  await answer('fine');
  await pass(5000);
  expect(asked).toEqual(['a']);
  expect(told).toEqual(['a: fine']);
});

test('the same text is not asked again', async () => {
  const { asked, type, answer, pass } = harness();
  type('a');
  await pass(400);
  await answer('fine');
  type('ab');
  type('a');
  type('a');
  await pass(5000);
  expect(asked).toEqual(['a']);
});

test('unless it could not be asked', async () => {
  const { asked, told, type, fail, pass } = harness();
  type('a');
  await pass(400);
  await fail();
  expect(told).toEqual(['a: Error: gone']);
  type('a');
  await pass(400);
  expect(asked).toEqual(['a', 'a']);
});

test('nothing is nothing to ask, and forgets', async () => {
  const { asked, told, type, answer, pass } = harness();
  type('a');
  await pass(400);
  type(null);
  await answer('late');
  expect(told).toEqual([]);
  type('a');
  await pass(400);
  expect(asked).toEqual(['a', 'a']);
});

test('tells nothing any more', async () => {
  const { told, type, answer, validator, pass, asked } = harness();
  type('a');
  await pass(400);
  type('b');
  validator.dispose();
  await answer('late');
  await pass(5000);
  expect(told).toEqual([]);
  expect(asked).toEqual(['a']);
});
