// What can be done with a job: asked for, and then watched until it is done or has failed.
import { type Answer, ApiError, ask } from '../../api/ask';
import { refresh } from '../../api/live';
import type { JobPicture } from './job_state';
import { hasEnded } from './job_state';

const POLL_MS = 300;
type Status = Answer<'/jobs/{jobid}/savepoints/{triggerid}'>;

const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));

/** Asks until `done` says so; a job manager that is away for a moment is asked again. */
async function until<T>(path: string, done: (answer: T) => boolean): Promise<T> {
  for (let misses = 0; ; await pause()) {
    try {
      const answer = await ask<T>('GET', path);
      if (done(answer)) return answer;
      misses = 0;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 0 || ++misses > 100) throw error;
    }
  }
}

export async function cancel(job: string): Promise<JobPicture> {
  await ask('PATCH', `/jobs/${job}?mode=cancel`);
  refresh();
  return until<JobPicture>(`/ext/jobs/${job}`, ({ state }) => hasEnded(state));
}

/** Where the savepoint is. */
async function savepointOf(job: string, path: string, body: object): Promise<string> {
  const { 'request-id': id } = await ask<{ 'request-id': string }>('POST', path, body);
  refresh();
  const { operation } = await until<Status>(`/jobs/${job}/savepoints/${id}`, ({ status }) => status.id === 'COMPLETED');
  refresh();
  const failure = operation?.['failure-cause'];
  if (failure) throw new ApiError(500, failure['stack-trace']);
  return operation?.location ?? '';
}
export const takeSavepoint = (job: string, folder: string) =>
  savepointOf(job, `/jobs/${job}/savepoints`, { 'cancel-job': false, ...(folder ? { 'target-directory': folder } : {}) });
export const stop = (job: string, folder: string, drain: boolean) =>
  savepointOf(job, `/jobs/${job}/stop`, { drain, ...(folder ? { targetDirectory: folder } : {}) });

/** The job once it runs at that parallelism. */
export async function rescale(job: string, parallelism: number): Promise<JobPicture> {
  const path = `/jobs/${job}/resource-requirements`;
  const now = await ask<Answer<'/jobs/{jobid}/resource-requirements'>>('GET', path);
  const bounds = { parallelism: { lowerBound: 1, upperBound: parallelism } };
  await ask('PUT', path, Object.fromEntries(Object.keys(now).map((vertex) => [vertex, bounds])));
  refresh();
  return until<JobPicture>(`/ext/jobs/${job}`, (picture) => hasEnded(picture.state) || (picture.parallelism === parallelism && allRun(picture)));
}
const allRun = ({ state, vertices }: JobPicture) =>
  state === 'RUNNING' && vertices.every(({ subtasks }) => subtasks.every((one) => one.state === 'RUNNING' || one.state === 'FINISHED'));
