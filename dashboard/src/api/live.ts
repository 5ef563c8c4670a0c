// What the page watches: one stream of pushed answers for all parts of the page together. A part says what it
// wants to see (useLive); when the wants change, the stream is opened anew for all of them.
import { useEffect, useSyncExternalStore } from 'react';
import { type Answer, ApiError, errorOf, fill, type GetPath, headers } from './ask';
import { appended, EventParser } from './event_stream';

export type Live<T> = {
  value: T | undefined; // the last one; stays when the connection is lost
  error: ApiError | undefined; // what the server says in place of a value
};
export type Connection = 'connecting' | 'open' | 'lost';

/** `append`: the body is what a text has got since. */
type PushedEvent = { path: string; status: number; body: unknown; append?: boolean };
type Entry = { wanted: number; state: Live<unknown> };
const NOTHING: Live<never> = { value: undefined, error: undefined };
const GATHER_MS = 20;
const KEEP_MS = 30_000; // a value, after nobody looks any more
const RETRY_MS = [500, 1000, 2000, 5000];

class LiveAnswers {
  private entries = new Map<string, Entry>();
  private listeners = new Set<() => void>();
  private abort: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private opened = '';
  connection: Connection = 'connecting';

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  get(path: string): Live<unknown> {
    return this.entries.get(path)?.state ?? NOTHING;
  }
  want(path: string): () => void {
    const entry = this.entries.get(path) ?? { wanted: 0, state: NOTHING };
    this.entries.set(path, entry);
    ++entry.wanted;
    this.openSoon(GATHER_MS);
    return () => {
      --entry.wanted;
      this.openSoon(GATHER_MS);
      setTimeout(() => {
        if (entry.wanted === 0 && this.entries.get(path) === entry) this.entries.delete(path);
      }, KEEP_MS);
    };
  }
  /** Something was changed, or another token is known: look again at once. */
  refresh = () => {
    this.opened = '';
    this.openSoon(0);
  };

  private openSoon(delay: number) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.open(), delay);
  }
  private async open() {
    const paths = [...this.entries].filter(([, entry]) => entry.wanted > 0).map(([path]) => path);
    const query = paths.map((path) => `path=${encodeURIComponent(path)}`).join('&');
    if (query === this.opened) return;
    this.abort?.abort();
    this.opened = query;
    if (paths.length === 0) return;
    const abort = (this.abort = new AbortController());
    try {
      const response = await fetch(`/ext/stream?${query}`, { headers: headers(), signal: abort.signal });
      if (!response.ok || !response.body) throw await errorOf(response);
      this.failures = 0;
      this.setConnection('open');
      const parser = new EventParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        for (const data of parser.push(piece.value)) this.take(data);
      }
      throw new ApiError(0, 'the stream has ended');
    } catch {
      if (abort.signal.aborted) return;
      this.opened = '';
      this.setConnection('lost');
      this.openSoon(RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)]!);
    }
  }
  private take(data: string) {
    const { path, status, body, append } = JSON.parse(data) as PushedEvent;
    const entry = this.entries.get(path);
    if (!entry) return;
    const before = entry.state.value;
    if (status !== 200) {
      entry.state = { value: before, error: new ApiError(status, (body as { errors: string[] }).errors.join('\n')) };
    } else {
      entry.state = { value: append ? appended(before as string | undefined, body as string) : body, error: undefined };
    }
    this.tell();
  }
  private setConnection(connection: Connection) {
    this.connection = connection;
    this.tell();
  }
  private tell() {
    for (const listener of this.listeners) listener();
  }
}

const answers = new LiveAnswers();
export const refresh = answers.refresh;

/** What a GET of the path answers, anew whenever that changes. */
export function useLive<P extends GetPath>(template: P, parameters?: Record<string, string>): Live<Answer<P>> {
  return useLivePath<Answer<P>>(fill(template, parameters));
}
/** The same for a path that is put together elsewhere; null: nothing yet. */
export function useLivePath<T>(path: string | null): Live<T> {
  useEffect(() => (path === null ? undefined : answers.want(path)), [path]);
  return useSyncExternalStore(answers.subscribe, () => (path === null ? NOTHING : answers.get(path))) as Live<T>;
}

export function useConnection(): Connection {
  return useSyncExternalStore(answers.subscribe, () => answers.connection);
}
