// What a job says of itself, and what follows from that. Pure.
import type { Answer } from '../../api/ask';

export type JobPicture = Answer<'/ext/jobs/{jobid}'>;
export type Vertex = JobPicture['vertices'][number];
export type Split = Vertex['splits'][number];

const ENDED = new Set(['FINISHED', 'CANCELED', 'FAILED']);
export const hasEnded = (state: string) => ENDED.has(state);

/** "3 of 4 running", "4 finished", "2 finished, 2 canceled". */
export function tasksInWords(states: Record<string, number>): string {
  const present = Object.entries(states).filter(([, number]) => number > 0);
  const total = present.reduce((sum, [, number]) => sum + number, 0);
  const running = states.RUNNING ?? 0;
  if (running > 0 && running < total) return `${running} of ${total} running`;
  return present.map(([state, number]) => `${number} ${state.toLowerCase()}`).join(', ');
}

/** What all splits together have waiting; null where none of them knows. */
export function waitingIn(splits: readonly Split[]): number | null {
  const known = splits.map(({ recordsWaiting }) => recordsWaiting).filter((waiting) => waiting !== null);
  return known.length > 0 ? known.reduce((sum, waiting) => sum + waiting, 0) : null;
}

/** The most that the job could be rescaled to with the slots that are free. */
export function mostParallelism({ parallelism, maxParallelism }: JobPicture, freeSlots: number): number {
  return Math.min(maxParallelism, parallelism + freeSlots);
}
