// Follows one query: takes its rows as they come and ends its job. The rows wait at the server until they are taken,
// so a page that is slow makes the query slow and nothing is lost.
import { ApiError, ask, askText, fill, headers } from '../api/ask';
import { ChangeLog, LiveRows, Rate } from './changelog';
import { parseResults, type Results } from './rows';

export type QueryJob = { id: string; name: string; statement: string; columns: { name: string }[] };
export type QueryState = 'running' | 'stopping' | 'stopped' | 'finished' | 'failed';

export const BOUNDS = { rows: 10_000, characters: 16_000_000 };
const TELL_MS = 200;
const RETRY_MS = 1000;

/** Ends a job; one that is over already is no error. */
export async function cancelJob(id: string): Promise<void> {
  try {
    await ask('PATCH', `${fill('/jobs/{jobid}', { jobid: id })}?mode=cancel`);
  } catch (error) {
    if (!(error instanceof ApiError) || ![404, 409].includes(error.status)) throw error;
  }
}

export class QueryRun {
  readonly table = new LiveRows(BOUNDS);
  readonly log = new ChangeLog(BOUNDS);
  private readonly rate = new Rate();
  private readonly abort = new AbortController();
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  version = 0; // rises with whatever is shown
  state: QueryState = 'running';
  trouble: string | null = null; // why it has failed, or why rows do not come now

  constructor(readonly job: QueryJob) {
    void this.follow();
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  get over(): boolean {
    return this.state === 'stopped' || this.state === 'finished' || this.state === 'failed';
  }
  perSecond(): number {
    return this.over ? 0 : this.rate.perSecond(performance.now());
  }

  async stop(): Promise<void> {
    if (this.state !== 'running') return;
    this.set('stopping', null);
    try {
      await cancelJob(this.job.id);
      this.abort.abort();
      this.set('stopped', null);
    } catch (error) {
      this.set('running', `It could not be stopped: ${(error as Error).message}`);
    }
  }
  /** The page is closed: one request that outlives it. */
  abandon(): void {
    if (this.over) return;
    this.abort.abort();
    this.state = 'stopped';
    void fetch(`${fill('/jobs/{jobid}', { jobid: this.job.id })}?mode=cancel`, {
      method: 'PATCH',
      headers: headers(),
      keepalive: true,
    }).catch(() => undefined);
  }

  private async follow() {
    let token = 0;
    while (!this.abort.signal.aborted) {
      const results = await this.fetch(token);
      if (results === null) return;
      const began = performance.now();
      for (const change of results.changes) this.table.apply(change);
      this.log.add(results.changes);
      this.rate.add(this.log.size, performance.now());
      token = results.nextToken;
      if (results.finished) {
        if (this.state === 'stopping') return; // by stop(), which says so
        return this.set(results.failure === null ? 'finished' : 'failed', results.failure);
      }
      this.tellSoon();
      // As long for all else on the page as for the rows.
      await pause(Math.max(results.changes.length > 0 ? 20 : 200, performance.now() - began));
    }
  }
  /** Null: it is over. */
  private async fetch(token: number): Promise<Results | null> {
    const path = fill('/ext/jobs/{jobid}/results/{token}', { jobid: this.job.id, token: String(token) });
    while (!this.abort.signal.aborted) {
      try {
        const results = parseResults(await askText(path, this.abort.signal));
        if (this.trouble !== null && this.state === 'running') this.set('running', null);
        return results;
      } catch (error) {
        if (this.abort.signal.aborted) return null;
        const passing = error instanceof ApiError && [0, 502, 503, 504].includes(error.status);
        if (!passing) {
          this.set('failed', (error as Error).message);
          return null;
        }
        this.set(this.state, `${(error as Error).message} Trying again.`);
        await pause(RETRY_MS);
      }
    }
    return null;
  }

  private set(state: QueryState, trouble: string | null) {
    this.state = state;
    this.trouble = trouble;
    this.tell();
  }
  private tell() {
    clearTimeout(this.timer);
    this.timer = undefined;
    ++this.version;
    for (const listener of this.listeners) listener();
  }
  private tellSoon() {
    this.timer ??= setTimeout(() => this.tell(), TELL_MS);
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
